/** A small Modbus TCP server with several units for tests: real frames of modbus-serial's ServerTCP on loopback. */
import { ServerTCP } from 'modbus-serial';
import type { TestSource } from '../suite.ts';

const illegalAddress = () => Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 });
const gatewayNoAnswer = () => Object.assign(new Error('gateway target failed to respond'), { modbusErrorCode: 11 });

export class ModbusServer implements TestSource {
  readonly port: number;
  /** `unit/area/register` → 16-bit word; areas `coil`, `discrete`, `input`, `holding`. What is not here is an illegal address. */
  readonly words = new Map<string, number>();
  /** Units that never answer, and units for which the gateway answers with exception 11. */
  readonly dead = new Set<number>();
  readonly away = new Set<number>();
  requests = 0;
  #server: ServerTCP | undefined;
  #silent = false;
  #counted = false;

  constructor(port: number) {
    this.port = port;
  }

  #guard<T>(unit: number, work: () => T): Promise<T> {
    if (!this.#counted) {
      // ServerTCP asks for all registers of a request in one go
      this.#counted = true;
      this.requests++;
      queueMicrotask(() => {
        this.#counted = false;
      });
    }
    if (this.#silent || this.dead.has(unit)) return new Promise(() => {});
    if (this.away.has(unit)) return Promise.reject(gatewayNoAnswer());
    return new Promise((resolve) => resolve(work()));
  }
  #word(unit: number, area: string, register: number): number {
    const word = this.words.get(`${unit}/${area}/${register}`);
    if (word === undefined) throw illegalAddress();
    return word;
  }
  #get(unit: number, area: string, register: number): Promise<number> {
    return this.#guard(unit, () => this.#word(unit, area, register));
  }
  #set(unit: number, area: string, register: number, value: number): Promise<void> {
    return this.#guard(unit, () => {
      this.#word(unit, area, register);
      this.words.set(`${unit}/${area}/${register}`, value);
    });
  }

  float32(unit: number, area: 'input' | 'holding', register: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    this.words.set(`${unit}/${area}/${register}`, bytes.readUInt16BE(0));
    this.words.set(`${unit}/${area}/${register + 1}`, bytes.readUInt16BE(2));
  }

  async start(): Promise<void> {
    const server = new ServerTCP(
      {
        getCoil: (register: number, unit: number) => this.#guard(unit, () => this.#word(unit, 'coil', register) !== 0),
        getDiscreteInput: (register: number, unit: number) =>
          this.#guard(unit, () => this.#word(unit, 'discrete', register) !== 0),
        getInputRegister: (register: number, unit: number) => this.#get(unit, 'input', register),
        getHoldingRegister: (register: number, unit: number) => this.#get(unit, 'holding', register),
        setCoil: (register: number, on: boolean, unit: number) => this.#set(unit, 'coil', register, Number(on)),
        setRegister: (register: number, value: number, unit: number) => this.#set(unit, 'holding', register, value),
      },
      { host: '127.0.0.1', port: this.port, unitID: 255 },
    );
    server.on('socketError', () => {});
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.on('initialized', () => resolve());
      server.on('serverError', (error) => reject(error));
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    for (const socket of server.socks.keys()) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async silence(on: boolean): Promise<void> {
    this.#silent = on;
  }
  async written(): Promise<number | undefined> {
    return this.words.get('1/holding/10');
  }
}
