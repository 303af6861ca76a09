import { BlockList, createServer, isIP, type Server, type Socket } from 'node:net';
import {
  ConnectorError,
  type ConnectorHost,
  type FollowedValue,
  messageOf,
  networkError,
  type TestPart,
} from '#blocks/sdk/connector.ts';
import type { Area } from '../modbus-tcp/address.ts';
import { parsePoints } from '../published/points.ts';
import { PublishedSession } from '../published/session.ts';
import { type Address, parsePoint } from './address.ts';
import type { ServerSettings } from './connector.ts';
import { type Split, splitRtu, splitTcp } from './frames.ts';
import { RegisterImage } from './image.ts';
import { answerTo, EXCEPTION, ModbusException } from './pdu.ts';

/** Sockets at a time; more are masters that forget theirs. */
const MOST_CLIENTS = 64;
/** Bytes of a request that is not whole yet. */
const LONGEST = 300;

/** A Modbus server that runs, with the registers that it shows. */
export class ModbusServerSession extends PublishedSession<Address> {
  readonly #settings: ServerSettings;
  readonly #image: RegisterImage;
  readonly #writers: BlockList;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #split: (bytes: Buffer) => Split;

  private constructor(settings: ServerSettings, host: ConnectorHost) {
    super(host, parsePoints(settings.points, parsePoint), settings.writes);
    this.#settings = settings;
    this.#writers = writersOf(settings.writers);
    this.#split = settings.framing === 'rtu' ? splitRtu : splitTcp;
    this.#image = new RegisterImage(
      this.points,
      { newest: (name) => this.newest(name) },
      { bad: settings.bad, maxAgeMs: settings.maxAgeS * 1000 },
    );
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_CLIENTS;
  }

  static async open(settings: ServerSettings, host: ConnectorHost): Promise<ModbusServerSession> {
    const session = new ModbusServerSession(settings, host);
    try {
      await session.begin();
      await session.#listen();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  async #listen(): Promise<void> {
    const { host, port } = this.#settings;
    const where = `${host}:${port}`;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES' && error.code !== 'EADDRNOTAVAIL')
        throw networkError(error, where);
      throw new ConnectorError('network', 'server.listen', {
        en: `${where} cannot be listened at (${error.code}). Choose a free port, or another address of this machine.`,
        zh: `无法监听 ${where}（${error.code}）。请选择空闲端口或本机的其他地址。`,
      });
    });
    this.#server.on('error', (error) => this.host.log('warn', 'the server', { error: messageOf(error) }));
  }

  protected override changed(values: readonly FollowedValue[]): void {
    this.#image.changed(values);
  }
  protected override clients(): number {
    return this.#sockets.size;
  }
  protected override where(): TestPart {
    const where = `${this.#settings.host}:${this.#settings.port}`;
    return { part: 'network', ok: true, ms: 0, detail: { en: `Listens at ${where}.`, zh: `正在监听 ${where}。` } };
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.tell();
    socket.on('error', () => {}); // its end follows
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.tell();
    });
    void this.#serve(socket);
  }

  /** One request after the other, in their order; a master that sends faster than it is answered waits. */
  async #serve(socket: Socket): Promise<void> {
    const from = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    let held: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        const { frames, used, broken } = this.#split(held);
        held = held.subarray(used);
        for (const { unit, pdu, wrap } of frames) {
          // nobody answers a broadcast; and nothing that can be written here is meant for everybody
          if (unit === 0 && this.#settings.framing === 'rtu') continue;
          const registers = {
            read: (asked: number, area: Area, start: number, count: number) => this.#read(asked, area, start, count),
            write: (asked: number, area: 'coil' | 'holding', start: number, words: readonly number[]) =>
              this.#write(asked, area, start, words, from),
          };
          const answer = wrap(await answerTo(registers, unit, pdu));
          if (!socket.write(answer)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
        }
        if (broken || held.length > LONGEST) break;
      }
    } catch (error) {
      this.host.log('debug', 'a client of the server is gone', { from, error: messageOf(error) });
    }
    socket.destroy();
  }

  #read(unit: number, area: Area, start: number, count: number): readonly number[] {
    if (!this.#image.hasUnit(unit)) throw new ModbusException(EXCEPTION.gatewayTarget);
    return this.#image.read(unit, area, start, count);
  }

  /** Every point goes the way of every write to a machine: whether it may, and whether it took effect, its holder says. */
  async #write(unit: number, area: 'coil' | 'holding', start: number, words: readonly number[], from: string): Promise<void> {
    if (!this.#image.hasUnit(unit)) throw new ModbusException(EXCEPTION.gatewayTarget);
    const wishes = this.#image.wishes(unit, area, start, words);
    const allowed = isIP(from) !== 0 && this.#writers.check(from, isIP(from) === 6 ? 'ipv6' : 'ipv4');
    if (!allowed || wishes.some(({ name }) => !this.mayWrite(name))) throw new ModbusException(EXCEPTION.address);
    for (const { name, value } of wishes) {
      const result = await this.command(name, value, `Modbus ${from}`);
      if (!result.ok) throw new ModbusException(exceptionOf(result.code));
    }
  }

  override async close(): Promise<void> {
    await super.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}

const exceptionOf = (code: string | undefined): number =>
  code === 'out-of-limits' || code === 'not-a-number'
    ? EXCEPTION.value
    : code === 'not-writable' || code === 'tag-gone'
      ? EXCEPTION.address
      : code === 'too-often'
        ? EXCEPTION.busy
        : EXCEPTION.failure;

function writersOf(text: string): BlockList {
  const list = new BlockList();
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [address = '', prefix] = line.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const bits = prefix === undefined ? undefined : Number(prefix);
    if (isIP(address) === 0 || (bits !== undefined && !(bits >= 0 && bits <= (family === 'ipv6' ? 128 : 32))))
      throw new ConnectorError('address', 'modbus-server.writer', {
        en: `Masters that may write, line ${i + 1}: “${line}” is no address or network, for example 192.168.1.20 or 192.168.1.0/24.`,
        zh: `允许写入的主站第 ${i + 1} 行：“${line}”不是地址或网段，例如 192.168.1.20 或 192.168.1.0/24。`,
      });
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, bits, family);
  }
  return list;
}
