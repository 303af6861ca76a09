/** Requests and answers of the Modbus Application Protocol V1.1b3, chapter 6. */
import type { Area } from '../modbus-tcp/address.ts';

/** Exception codes, V1.1b3 chapter 7. */
export const EXCEPTION = {
  function: 1,
  address: 2,
  value: 3,
  failure: 4,
  busy: 6,
  gatewayTarget: 11,
} as const;

export class ModbusException extends Error {
  readonly exception: number;
  constructor(exception: number) {
    super(`Modbus exception ${exception}`);
    this.exception = exception;
  }
}

/** What a server holds: single bits of `coil` and `discrete`, 16-bit words of the others. Throws `ModbusException`. */
export interface Registers {
  read(unit: number, area: Area, start: number, count: number): readonly number[];
  write(unit: number, area: 'coil' | 'holding', start: number, words: readonly number[]): Promise<void>;
}

const READS: Readonly<Record<number, Area>> = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' };
const MOST_READ = { coil: 2000, discrete: 2000, input: 125, holding: 125 } as const;

/** The answer to a request; an exception is one. */
export async function answerTo(registers: Registers, unit: number, pdu: Buffer): Promise<Buffer> {
  const code = pdu.readUInt8(0);
  try {
    return await served(registers, unit, code, pdu);
  } catch (error) {
    if (!(error instanceof ModbusException)) throw error;
    return Buffer.from([code | 0x80, error.exception]);
  }
}

async function served(registers: Registers, unit: number, code: number, pdu: Buffer): Promise<Buffer> {
  const area = READS[code];
  if (area) {
    need(pdu.length === 5);
    const [start, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    need(count >= 1 && count <= MOST_READ[area]);
    inside(start, count);
    const words = registers.read(unit, area, start, count);
    return area === 'coil' || area === 'discrete' ? bitsAnswer(code, words) : wordsAnswer(code, words);
  }
  if (code === 5 || code === 6) {
    need(pdu.length === 5);
    const [start, word] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    if (code === 5) need(word === 0 || word === 0xff00);
    await registers.write(unit, code === 5 ? 'coil' : 'holding', start, [code === 5 ? Number(word !== 0) : word]);
    return pdu;
  }
  if (code === 15 || code === 16) {
    need(pdu.length >= 6);
    const [start, count, bytes] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3), pdu.readUInt8(5)];
    need(count >= 1 && count <= (code === 15 ? 1968 : 123));
    need(bytes === (code === 15 ? Math.ceil(count / 8) : 2 * count) && pdu.length === 6 + bytes);
    inside(start, count);
    const words = Array.from({ length: count }, (_, i) =>
      code === 15 ? (pdu.readUInt8(6 + (i >> 3)) >> (i & 7)) & 1 : pdu.readUInt16BE(6 + 2 * i),
    );
    await registers.write(unit, code === 15 ? 'coil' : 'holding', start, words);
    return Buffer.from(pdu.subarray(0, 5));
  }
  throw new ModbusException(EXCEPTION.function);
}

function need(right: boolean): void {
  if (!right) throw new ModbusException(EXCEPTION.value);
}
function inside(start: number, count: number): void {
  if (start + count > 65_536) throw new ModbusException(EXCEPTION.address);
}
function bitsAnswer(code: number, bits: readonly number[]): Buffer {
  const answer = Buffer.alloc(2 + Math.ceil(bits.length / 8));
  answer.writeUInt8(code, 0);
  answer.writeUInt8(answer.length - 2, 1);
  for (const [i, bit] of bits.entries()) if (bit) answer[2 + (i >> 3)] = (answer[2 + (i >> 3)] ?? 0) | (1 << (i & 7));
  return answer;
}
function wordsAnswer(code: number, words: readonly number[]): Buffer {
  const answer = Buffer.alloc(2 + 2 * words.length);
  answer.writeUInt8(code, 0);
  answer.writeUInt8(2 * words.length, 1);
  for (const [i, word] of words.entries()) answer.writeUInt16BE(word, 2 + 2 * i);
  return answer;
}
