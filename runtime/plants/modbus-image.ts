import { ServerTCP } from 'modbus-serial';

export type RawType = 'uint16' | 'int16' | 'uint32' | 'float32';

/** Registers of one Modbus unit, big-endian words. */
export class RegisterImage {
  readonly #words = new Map<number, number>();

  set(register: number, type: RawType, value: number): void {
    const bytes = Buffer.alloc(4);
    if (type === 'float32') bytes.writeFloatBE(value);
    else if (type === 'uint32') bytes.writeUInt32BE(clamp(value, 0, 0xffff_ffff));
    else if (type === 'int16') bytes.writeInt16BE(clamp(value, -0x8000, 0x7fff));
    else bytes.writeUInt16BE(clamp(value, 0, 0xffff));
    this.#words.set(register, bytes.readUInt16BE(0));
    if (type === 'float32' || type === 'uint32') this.#words.set(register + 1, bytes.readUInt16BE(2));
  }

  word(register: number): number {
    const word = this.#words.get(register);
    if (word === undefined) throw exception(2, `register ${register} does not exist`);
    return word;
  }
}

/** A PLC saturates where a value leaves its register. */
const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, Math.round(value)));

/** Modbus exception codes: 2 illegal address, 3 illegal value, 11 gateway target failed to respond. */
export const exception = (modbusErrorCode: 2 | 3 | 11, message: string): Error =>
  Object.assign(new Error(message), { modbusErrorCode });

export interface ModbusUnit {
  readonly input?: RegisterImage;
  readonly holding?: RegisterImage;
  /** Takes a written holding register; throws an `exception` when it does not. */
  write?(register: number, word: number): void;
}

export interface ModbusServer {
  close(): Promise<void>;
}

/**
 * Modbus TCP on loopback for several units behind one gateway. `unit` gives a unit, `'dead'` for one that never answers, or undefined
 * for one that does not exist (the gateway answers with exception 11).
 */
export async function serveModbus(port: number, unit: (id: number) => ModbusUnit | 'dead' | undefined): Promise<ModbusServer> {
  const ask = async <T>(id: number, use: (unit: ModbusUnit) => T): Promise<T> => {
    const found = unit(id);
    if (found === 'dead') return new Promise<never>(() => {});
    if (!found) throw exception(11, `unit ${id} does not answer`);
    return use(found);
  };
  const none = () => Promise.reject(exception(2, 'no bits here'));
  const area = (image: RegisterImage | undefined, register: number) => {
    if (!image) throw exception(2, 'no registers here');
    return image.word(register);
  };
  const server = new ServerTCP(
    {
      getInputRegister: (register: number, id: number) => ask(id, (u) => area(u.input, register)),
      getHoldingRegister: (register: number, id: number) => ask(id, (u) => area(u.holding, register)),
      getCoil: none,
      getDiscreteInput: none,
      setRegister: (register: number, word: number, id: number) =>
        ask(id, (u) => {
          if (!u.write) throw exception(2, 'nothing can be written here');
          u.write(register, word);
        }),
    },
    { host: '127.0.0.1', port, unitID: 255 },
  );
  server.on('socketError', () => {}); // a client that went away
  await new Promise<void>((resolve, reject) => {
    server.once('initialized', () => resolve());
    server.once('serverError', (error) => reject(error ?? new Error(`port ${port} cannot be opened`)));
  });
  return {
    async close() {
      for (const socket of server.socks.keys()) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
