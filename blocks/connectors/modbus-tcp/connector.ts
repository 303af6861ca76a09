import { connectedTo, plain } from '#blocks/sdk/connection-words.ts';
import {
  type ConnectorHost,
  defineConnector,
  type ReadResult,
  type SampleSink,
  type Session,
  type SessionEvent,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { checkAddress, parseAddress } from './address.ts';
import { Link } from './link.ts';
import { type PlannedTag, planReads } from './plan.ts';
import { encode } from './registers.ts';
import { asFailure, failedRead, UnitPoller, valuesOf } from './unit.ts';

const settings = z.object({
  host: field(z.string().min(1).max(255), {
    title: { en: 'Address', zh: '地址' },
    help: { en: 'IP address or name', zh: 'IP 地址或主机名' },
  }),
  port: field(z.int().min(1).max(65_535).default(502), { title: { en: 'Port', zh: '端口' } }),
  framing: field(z.enum(['tcp', 'rtu']).default('tcp'), {
    title: { en: 'Frames', zh: '报文格式' },
    help: {
      en: 'Serial servers that only pass bytes on need RTU frames.',
      zh: '仅透传字节的串口服务器需选择 RTU 报文。',
    },
    options: { tcp: { en: 'Modbus TCP', zh: 'Modbus TCP' }, rtu: { en: 'Modbus RTU over TCP', zh: 'Modbus RTU over TCP' } },
  }),
  timeoutMs: field(z.int().min(50).max(60_000).default(1000), {
    title: { en: 'Time limit of a request', zh: '请求时限' },
    unit: 'ms',
  }),
  sockets: field(z.enum(['unit', 'one']).default('unit'), {
    title: { en: 'TCP connections', zh: 'TCP 连接' },
    help: {
      en: 'One for each unit keeps a dead unit from slowing the others. Choose one for all when the gateway allows only one.',
      zh: '每个站号一个连接可避免故障站拖慢其他站；若网关只允许一个连接，请选择共用。',
    },
    options: { unit: { en: 'One for each unit', zh: '每个站号一个' }, one: { en: 'One for all', zh: '共用一个' } },
  }),
});
type Settings = z.output<typeof settings>;

export default defineConnector({
  manifest: {
    id: 'modbus-tcp',
    version: '1.2.0',
    title: { en: 'Modbus TCP', zh: 'Modbus TCP' },
    summary: {
      en: 'Reads and writes coils and registers of PLCs, meters and drives, also behind a serial gateway.',
      zh: '读写 PLC、仪表、变频器的线圈与寄存器，也支持串口网关后的设备。',
    },
    icon: 'binary-tree',
    settings,
    secrets: z.object({}),
    address: {
      help: {
        en: 'unit/area/register:type:order. Areas: coil, discrete, input, holding. Registers count from 0. Types: int16, uint16, int32, uint32, int64, uint64, float32, float64, bcd16, bcd32, text10 (registers). One bit: 1/holding/5.3. Order: abcd (standard), cdab, badc, dcba.',
        zh: '站号/区域/寄存器:类型:字节顺序。区域：coil、discrete、input、holding。寄存器从 0 计。类型：int16、uint16、int32、uint32、int64、uint64、float32、float64、bcd16、bcd32、text10（寄存器数）。单个位：1/holding/5.3。顺序：abcd（标准）、cdab、badc、dcba。',
      },
      examples: [
        '3/holding/100:float32',
        '1/input/7:int16',
        '1/coil/0',
        '2/holding/10:uint32:cdab',
        '1/holding/5.3',
        '1/input/40:text10',
      ],
    },
    browsable: false,
    reads: 'device',
    resumes: false,
  },
  checkAddress,
  async open(settings, _secrets, host) {
    const session = new ModbusSession(settings, host);
    await session.start();
    return session;
  },
});

class ModbusSession implements Session {
  readonly #settings: Settings;
  readonly #host: ConnectorHost;
  readonly #links = new Map<number, Link>();
  /** Open, and no unit's yet. */
  #first: Link | undefined;
  #pollers: UnitPoller[] = [];
  #closed = false;

  constructor(settings: Settings, host: ConnectorHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /** A first connection proves that something listens; the first unit that is asked for goes on with it, as many devices take one socket alone. */
  async start(): Promise<void> {
    const first = new Link(this.#settings);
    try {
      await first.connect();
    } catch (error) {
      await first.close();
      throw error;
    }
    this.#first = first;
  }

  #link(unit: number): Link {
    // a serial line behind a byte server is one line: a second socket would mix its bytes into the frames of the first
    const slot = this.#settings.sockets === 'one' || this.#settings.framing === 'rtu' ? -1 : unit;
    let link = this.#links.get(slot);
    if (!link) {
      link = this.#first ?? new Link(this.#settings);
      this.#first = undefined;
      this.#links.set(slot, link);
    }
    return link;
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    await this.#stopPolling();
    if (this.#closed) return;
    const planned: PlannedTag[] = [];
    for (const tag of tags) {
      const parsed = parseAddress(tag.address);
      const check = checkAddress(tag.address, tag.type);
      if (parsed.ok && check.ok) planned.push({ tag, address: parsed.address });
    }
    for (const [unit, own] of Map.groupBy(planned, (p) => p.address.unit)) {
      this.#pollers.push(new UnitPoller(unit, own, this.#link(unit), sink, (event) => this.#report(event)));
    }
  }

  /** When no unit can be reached because the network is away, the session is over: the gateway's back-off takes it from there. */
  #report(event: SessionEvent): void {
    this.#host.event(event);
    const failures = this.#pollers.map((poller) => poller.failure);
    const [first] = failures;
    if (event.kind === 'device' && first && failures.every((failure) => failure?.part === 'network')) {
      this.#host.event({ kind: 'lost', error: first });
    }
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return Promise.all(addresses.map((one) => this.#readOne(one)));
  }

  async #readOne({ address: text, type }: { readonly address: string; readonly type: TagValueType }): Promise<ReadResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) {
      return { quality: 0x80, time: Date.now(), error: { code: parsed.code, reason: parsed.message } };
    }
    const { address } = parsed;
    const [group] = planReads([{ address, tag: { tagId: 0, address: text, type, samplePeriodMs: 0, confirmMs: 0 } }]);
    if (!group) throw new Error('a planned read has a group');
    try {
      const raw = await this.#link(address.unit).read(group.unit, group.area, group.start, group.count);
      const [sample] = valuesOf(group, raw, Date.now());
      if (!sample) throw new Error('a read tag has a value');
      return { value: sample.value, quality: sample.quality, time: sample.time };
    } catch (error) {
      return failedRead(asFailure(error));
    }
  }

  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return { ok: false, code: parsed.code, reason: parsed.message.en };
    const { address } = parsed;
    if (address.area === 'input' || address.area === 'discrete') {
      return {
        ok: false,
        code: 'address.read-only',
        reason: `“${text}” is in the ${address.area} area, which no one can write.`,
      };
    }
    const link = this.#link(address.unit);
    try {
      if (address.area === 'coil') await link.writeCoil(address.unit, address.register, Boolean(Number(value)));
      else if (address.bit !== undefined) {
        await link.writeBit(address.unit, address.register, address.bit, Boolean(Number(value)));
      } else {
        const words = encode(address, typeof value === 'boolean' ? Number(value) : value);
        if (!words) {
          return { ok: false, code: 'address.range', reason: `${value} does not fit into ${address.type} at “${text}”.` };
        }
        await link.writeRegisters(address.unit, address.register, words);
      }
    } catch (error) {
      const failure = asFailure(error);
      return { ok: false, code: failure.code, reason: failure.message };
    }
    const back = await this.#readOne({ address: text, type });
    if (back.error) return { ok: true, code: back.error.code, reason: `Written, but not read back: ${back.error.reason.en}` };
    return { ok: true, readBack: back.value };
  }

  async browse(): Promise<{ nodes: readonly [] }> {
    return { nodes: [] }; // the protocol has no list of what a device offers
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const parts: TestPart[] = [];
    const parsed = sample && parseAddress(sample.address);
    // over what is open: a socket of its own could be the one too many for the device
    const link = parsed?.ok ? this.#link(parsed.address.unit) : (this.#first ?? [...this.#links.values()][0] ?? this.#link(0));
    const began = performance.now();
    try {
      await link.connect();
      parts.push({ part: 'network', ok: true, detail: connectedTo(link.where), ms: performance.now() - began });
    } catch (error) {
      const failure = asFailure(error);
      parts.push({ part: failure.part, ok: false, code: failure.code, detail: failure.text, ms: performance.now() - began });
      return parts;
    }
    if (!sample || !parsed) return parts;
    if (!parsed.ok) {
      parts.push({ part: 'address', ok: false, code: parsed.code, detail: parsed.message, ms: 0 });
      return parts;
    }
    const started = performance.now();
    const result = await this.#readOne(sample);
    const ms = performance.now() - started;
    const { unit } = parsed.address;
    const answered = { en: `Unit ${unit} answered.`, zh: `单元 ${unit} 已响应。` };
    if (!result.error) {
      parts.push({ part: 'device', ok: true, detail: answered, ms });
      parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result.value)}`), ms: 0 });
    } else {
      const part = result.quality & 0x3f && result.error.code.startsWith('modbus.illegal') ? 'address' : 'device';
      if (part === 'address') parts.push({ part: 'device', ok: true, detail: answered, ms });
      parts.push({ part, ok: false, code: result.error.code, detail: result.error.reason, ms });
    }
    return parts;
  }

  async #stopPolling(): Promise<void> {
    const pollers = this.#pollers;
    this.#pollers = [];
    const links = [...this.#links.values()];
    this.#links.clear();
    await Promise.all([...pollers.map((p) => p.close()), ...links.map((l) => l.close())]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const first = this.#first;
    this.#first = undefined;
    await Promise.all([this.#stopPolling(), first?.close()]);
  }
}
