import ModbusRTU from 'modbus-serial';
import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import { closedBy, closedHere } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, messageOf, networkError } from '#blocks/sdk/connector.ts';
import type { Area } from './address.ts';

/** Modbus exception codes (V1.1b3, 7) by whom they concern. 10 and 11 come from a gateway whose device is away. */
const EXCEPTIONS: Readonly<Record<number, readonly ['address' | 'device', string, Bilingual]>> = {
  1: [
    'address',
    'modbus.illegal-function',
    { en: 'The device does not serve this area (illegal function).', zh: '设备不支持该区域（非法功能码）。' },
  ],
  2: [
    'address',
    'modbus.illegal-address',
    { en: 'The device has no such register (illegal data address).', zh: '设备没有该寄存器（非法数据地址）。' },
  ],
  3: [
    'address',
    'modbus.illegal-value',
    { en: 'The device refuses the value or count (illegal data value).', zh: '设备拒绝该数值或数量（非法数据值）。' },
  ],
  4: [
    'device',
    'modbus.device-failure',
    { en: 'The device reports a failure while serving the request.', zh: '设备在处理请求时报告故障。' },
  ],
  5: ['device', 'modbus.acknowledge', { en: 'The device is still working on the request.', zh: '设备仍在处理请求。' }],
  6: ['device', 'modbus.busy', { en: 'The device is busy.', zh: '设备忙。' }],
  10: ['device', 'modbus.gateway-path', { en: 'The gateway has no path to this unit.', zh: '网关没有到该单元的路径。' }],
  11: [
    'device',
    'modbus.gateway-no-answer',
    {
      en: 'The gateway got no answer from this unit. Check its address, power and wiring.',
      zh: '网关未收到该单元的响应。请检查站号、电源与接线。',
    },
  ],
};

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** MBAP header (Modbus TCP), or the serial line's frames with their CRC. */
  readonly framing: 'tcp' | 'rtu';
}

/** One TCP connection with one request in flight: serial gateways answer in order, and many take no second request. */
export class Link {
  readonly #options: LinkOptions;
  #client: ModbusRTU | undefined;
  #opening: Promise<ModbusRTU> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #abort = new AbortController();

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get where(): string {
    return `${this.#options.host}:${this.#options.port}`;
  }

  /** Connects when it is not; concurrent callers share the attempt. */
  connect(): Promise<ModbusRTU> {
    if (this.#client?.isOpen) return Promise.resolve(this.#client);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(): Promise<ModbusRTU> {
    this.#drop();
    const client = new ModbusRTU();
    client.on('error', () => {
      // A broken socket shows in the request that is under way or the next one; without a listener it would end the process.
    });
    const { host, port, framing } = this.#options;
    const opened = framing === 'rtu' ? client.connectTelnet(host, { port }) : client.connectTCP(host, { port });
    opened.catch(() => {}); // when the deadline wins, a later refusal is told already
    try {
      await this.#within(opened, 'connect');
    } catch (error) {
      client.destroy(() => {});
      throw error instanceof ConnectorError ? error : networkError(error, this.where);
    }
    this.#client = client;
    return client;
  }

  /** The promise, bounded by the time limit and by `close`. */
  async #within<T>(work: Promise<T>, what: 'connect' | 'request'): Promise<T> {
    const { timeoutMs } = this.#options;
    const { signal } = this.#abort;
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(new ConnectorError('session', 'session.closed', closedHere));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      reject(
        what === 'connect'
          ? networkError(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }), this.where)
          : new ConnectorError('device', 'modbus.no-answer', {
              en: `No answer within ${timeoutMs} ms.`,
              zh: `${timeoutMs} 毫秒内没有响应。`,
            }),
      );
    }, timeoutMs);
    try {
      return await Promise.race([work, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #run<T>(work: (client: ModbusRTU) => Promise<T>): Promise<T> {
    const mine = this.#tail.then(async () => {
      if (this.#abort.signal.aborted) throw new ConnectorError('session', 'session.closed', closedHere);
      const client = await this.connect();
      try {
        return await this.#within(work(client), 'request');
      } catch (error) {
        const failure = requestError(error, this.where);
        // After a time-out the late answer must not meet the next request; after a socket error the connection is gone.
        if (failure.code === 'modbus.no-answer' || failure.part === 'network') this.#drop();
        throw failure;
      }
    });
    this.#tail = mine.catch(() => {});
    return mine;
  }

  /** Registers as bytes, or bits as one byte each. */
  read(unit: number, area: Area, start: number, count: number): Promise<Buffer> {
    return this.#run(
      (client) =>
        new Promise((resolve, reject) => {
          const bits = (error: unknown, got?: { data: boolean[] }) =>
            error || !got ? reject(error) : resolve(Buffer.from(got.data.slice(0, count).map(Number)));
          const words = (error: unknown, got?: { buffer: Buffer }) => (error || !got ? reject(error) : resolve(got.buffer));
          if (area === 'coil') client.writeFC1(unit, start, count, bits);
          else if (area === 'discrete') client.writeFC2(unit, start, count, bits);
          else if (area === 'holding') client.writeFC3(unit, start, count, words);
          else client.writeFC4(unit, start, count, words);
        }),
    );
  }

  writeCoil(unit: number, register: number, on: boolean): Promise<void> {
    return this.#run(
      (client) => new Promise((resolve, reject) => client.writeFC5(unit, register, on, (e) => (e ? reject(e) : resolve()))),
    );
  }

  /** One bit of a register, the others left as they are (FC22, mask write). */
  writeBit(unit: number, register: number, bit: number, on: boolean): Promise<void> {
    const mask = 0xffff & ~(1 << bit);
    return this.#run(
      (client) =>
        new Promise((resolve, reject) => {
          client.writeFC22(unit, register, mask, on ? 1 << bit : 0, (e: unknown) => (e ? reject(e) : resolve()));
        }),
    );
  }

  /** One register by FC6, several by FC16. */
  writeRegisters(unit: number, register: number, words: number[]): Promise<void> {
    return this.#run(
      (client) =>
        new Promise((resolve, reject) => {
          const done = (e: unknown) => (e ? reject(e) : resolve());
          const [only] = words;
          if (words.length === 1 && only !== undefined) client.writeFC6(unit, register, only, done);
          else client.writeFC16(unit, register, words, done);
        }),
    );
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.destroy(() => {});
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#opening?.catch(() => {});
    await this.#tail;
    this.#drop();
  }
}

function requestError(error: unknown, where: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const facts = error as { modbusCode?: number; errno?: string; code?: string };
  if (facts?.modbusCode !== undefined) {
    const [part, code, text] = EXCEPTIONS[facts.modbusCode] ?? [
      'device',
      'modbus.exception',
      { en: `The device answered with exception ${facts.modbusCode}.`, zh: `设备返回异常码 ${facts.modbusCode}。` },
    ];
    return new ConnectorError(part, code, text);
  }
  if (facts?.code) return networkError(error, where);
  if (facts?.errno === 'ECONNREFUSED' || /port not open/i.test(messageOf(error))) {
    return new ConnectorError('network', 'network.reset', closedBy(where));
  }
  return new ConnectorError('device', 'modbus.bad-answer', {
    en: `The answer could not be read: ${messageOf(error)}`,
    zh: `无法解析设备的响应：${messageOf(error)}`,
  });
}
