/** Requests out of a stream of bytes, and answers into it: Modbus TCP (MBAP header), or RTU frames with their CRC over TCP. */
import { crc16 } from './crc.ts';

export interface Frame {
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Buffer;
  /** The answer's frame around a PDU. */
  wrap(pdu: Buffer): Buffer;
}
/** What was taken of the bytes, and how many bytes that were; `broken`: the stream cannot be understood any more. */
export interface Split {
  readonly frames: readonly Frame[];
  readonly used: number;
  readonly broken: boolean;
}

/** Modbus Messaging on TCP/IP V1.0b, 3.1.3: transaction, protocol 0, length, unit. A PDU has at most 253 bytes. */
export function splitTcp(bytes: Buffer): Split {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 7) {
    const length = bytes.readUInt16BE(at + 4);
    if (bytes.readUInt16BE(at + 2) !== 0 || length < 2 || length > 254) return { frames, used: at, broken: true };
    if (bytes.length - at < 6 + length) break;
    const transaction = bytes.readUInt16BE(at);
    const unit = bytes.readUInt8(at + 6);
    frames.push({
      unit,
      pdu: Buffer.from(bytes.subarray(at + 7, at + 6 + length)),
      wrap: (pdu) => {
        const head = Buffer.alloc(7);
        head.writeUInt16BE(transaction, 0);
        head.writeUInt16BE(pdu.length + 1, 4);
        head.writeUInt8(unit, 6);
        return Buffer.concat([head, pdu]);
      },
    });
    at += 6 + length;
  }
  return { frames, used: at, broken: false };
}

/** Bytes of a request's PDU by its function code; undefined when more bytes must come, 0 when the function is not known. */
function rtuLength(bytes: Buffer): number | undefined {
  const code = bytes[1];
  if (code === undefined) return undefined;
  if (code >= 1 && code <= 6) return 5;
  if (code === 15 || code === 16) return bytes.length < 7 ? undefined : 6 + bytes.readUInt8(6);
  if (code === 22) return 7;
  if (code === 23) return bytes.length < 11 ? undefined : 10 + bytes.readUInt8(10);
  return 0;
}

/** Modbus over Serial Line V1.02, 2.5.1, without its silences, which TCP does not keep: the length follows from the function. */
export function splitRtu(bytes: Buffer): Split {
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    const rest = bytes.subarray(at);
    const length = rtuLength(rest);
    if (length === undefined) return { frames, used: at, broken: false };
    // without its length a frame of an unknown function is the rest of what came
    const whole = length === 0 ? rest.length - 3 : length;
    if (whole < 1 || rest.length < whole + 3) return { frames, used: at, broken: false };
    const body = rest.subarray(0, whole + 1);
    if (crc16(body) !== rest.readUInt16LE(whole + 1)) return { frames, used: at, broken: true };
    const unit = body.readUInt8(0);
    frames.push({
      unit,
      pdu: Buffer.from(body.subarray(1)),
      wrap: (pdu) => {
        const frame = Buffer.concat([Buffer.from([unit]), pdu, Buffer.alloc(2)]);
        frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2);
        return frame;
      },
    });
    at += whole + 3;
  }
}
