/**
 * What speaks one protocol. A connector opens a **session** and tells the truth about it; everything that all sources need alike
 * (back-off, staleness, scaling, range checks, packing, the log) is the gateway's. So a connector stays small and holds no policy.
 */
import type { z } from 'zod';
import type { Bilingual } from '#runtime/graph/document.ts';
import { closedBy, driverSaid } from './connection-words.ts';

export type TagValueType = 'number' | 'integer' | 'boolean' | 'text' | 'wave';

/** An equidistant block of samples as it came from the device. The gateway stores `values` as a blob and logs the reference. */
export interface WaveValue {
  /** Epoch milliseconds of the first sample. */
  readonly t0: number;
  /** Samples per second. */
  readonly rate: number;
  readonly values: Float32Array;
}
export type SourceValue = number | boolean | string | WaveValue;

/** One raw value of one tag. `value` is in the device's own scale; gain and offset are the gateway's. */
export interface Sample {
  readonly tagId: number;
  /** Event time, epoch ms: the source's own where the protocol carries one, else arrival. */
  readonly time: number;
  /** Absent when the source has no value (quality is bad then). */
  readonly value?: SourceValue;
  /** Byte of `runtime/batch/quality.ts`. */
  readonly quality: number;
}

export interface TagRequest {
  readonly tagId: number;
  readonly address: string;
  readonly type: TagValueType;
  readonly samplePeriodMs: number;
  /**
   * A source that reports only changes confirms an unchanged value at least this often, by asking or by other news of the same device,
   * never by repeating what it heard last. Otherwise a steady value would look stale.
   */
  readonly confirmMs: number;
}

export interface Delivery {
  /** The source sends again what is not acknowledged, however long that takes: the gateway need not keep it on disk. */
  readonly resendable?: boolean;
  /**
   * The message that the samples came in, where the source may send it twice: 64 bits that are the same both times and of no other message.
   * `again`: it says (or we know) that it may have sent it before; what the log has already is then passed over.
   */
  readonly message?: { readonly print: bigint; readonly again: boolean };
}
/**
 * Where samples go. The promise settles when they cannot be lost any more – the log has them (committed) or, unless `resendable`, the disk –
 * and is refused when they will be. A source that can be told acknowledges only then; the others ignore it.
 */
export type SampleSink = (samples: readonly Sample[], delivery?: Delivery) => Promise<void>;

/** The part of a connection that a failure belongs to. */
export type ConnectionPart = 'network' | 'session' | 'certificate' | 'permission' | 'address' | 'device' | 'data';

/** A failure that names its part, a stable code and, in both languages, what is wrong and what would be right. */
export class ConnectorError extends Error {
  readonly part: ConnectionPart;
  readonly code: string;
  readonly text: Bilingual;
  constructor(part: ConnectionPart, code: string, text: Bilingual, options?: ErrorOptions) {
    super(text.en, options);
    this.name = 'ConnectorError';
    this.part = part;
    this.code = code;
    this.text = text;
  }
}

/** What a session says about itself between samples. Liveness is not among it: that comes from the age of data. */
export type SessionEvent =
  /** The session is over; the gateway opens a new one after its back-off. */
  | { readonly kind: 'lost'; readonly error: ConnectorError }
  /** One device behind the connection (Modbus unit, Sparkplug device) changed. */
  | { readonly kind: 'device'; readonly device: string; readonly state: 'live' | 'failed'; readonly reason?: Bilingual }
  /** One address cannot be served; absent `error` takes it back. */
  | { readonly kind: 'address'; readonly tagId: number; readonly error?: ConnectorError }
  /** The source lost data of these tags that nobody can bring back: from `time` on, or since the newest that the log has. */
  | { readonly kind: 'gap'; readonly tagIds: readonly number[]; readonly time?: number; readonly reason: string }
  /** How far the source's clock is ahead of ours, ms (negative: behind), as the source itself said when asked; told again whenever it is asked. */
  | { readonly kind: 'clock'; readonly aheadMs: number }
  /** What a session shows to others now, and to how many. */
  | { readonly kind: 'published'; readonly variables: number; readonly clients: number };

export interface CertificateFacts {
  /** SHA-256 of the DER form, hex. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly validUntil: Date | null;
  readonly pem: string;
}

/** What somebody sends to a connection, at `/in/<connection id>/…` of the product's address. */
export interface InboundRequest {
  readonly method: string;
  /** Below the connection's own address: `/api/v2/write`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Whole, and unpacked when it came compressed. */
  readonly body: Buffer;
}
export interface InboundAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export type InboundHandler = (request: InboundRequest) => Promise<InboundAnswer>;

/** The newest value behind a name that a connection shows to others. */
export interface FollowedValue {
  readonly name: string;
  readonly type: TagValueType;
  /** Absent when there is none (quality is bad then). */
  readonly value?: number | boolean | string;
  readonly quality: number;
  /** Event time, epoch ms. */
  readonly time: number;
  /** UCUM. */
  readonly unit?: string;
  /** Nothing has this name, or several things have. */
  readonly error?: ConnectorError;
}

/** A tag or a computed value that a connection may show to others. */
export interface Offer {
  /** As `follow` takes it. */
  readonly name: string;
  /** Folders above it, outermost first: sites, lines, assets; for what an app computes the asset's and then the app's. */
  readonly path: readonly string[];
  readonly title?: Bilingual;
  readonly type: Exclude<TagValueType, 'wave'>;
  /** UCUM. */
  readonly unit?: string;
  readonly low?: number;
  readonly high?: number;
  readonly writable: boolean;
}
/** How a command to a machine ended: a code of `runtime/effects/reasons.ts` when it did not. */
export interface CommandResult {
  readonly ok: boolean;
  /** Read back, in the tag's unit. */
  readonly value?: number;
  readonly code?: string;
  readonly reason?: string;
}

/** What the gateway gives to a connector. */
export interface ConnectorHost {
  readonly connectionId: string;
  /** A folder of this connection that stays (keys, certificates); made on first use. */
  folder(): Promise<string>;
  log(level: 'debug' | 'info' | 'warn', message: string, facts?: Readonly<Record<string, unknown>>): void;
  event(event: SessionEvent): void;
  /** Reports a server certificate; only `trusted` (a person decided so) may be used. */
  certificate(facts: CertificateFacts): Promise<'trusted' | 'pending' | 'rejected'>;
  /** What `keep` was given last, here or at an earlier holder of the connection; undefined when nothing was. */
  kept(): Promise<unknown>;
  /** Keeps a small JSON value over restarts and moves: how far a source has been read. */
  keep(value: unknown): Promise<void>;
  /** Gives this connection an address of its own to which others may send; the returned function takes it back. */
  inbound(handler: InboundHandler): () => void;
  /**
   * For connections that show values to others: the newest value of every name, first of all of them, then of those that changed (within half a
   * second). A name is a tag's, or `@<asset code>/<output>.<column>` for what an app computes. The returned function ends it.
   */
  follow(names: readonly string[], give: (values: readonly FollowedValue[]) => void): Promise<() => void>;
  /** What there is whose name fits one of the patterns; `*` stands for any letters. */
  offers(patterns: readonly string[]): Promise<readonly Offer[]>;
  /**
   * Writes a tag of any connection, in its unit, as apps do: its holder checks access, limits, rate and time, reads it back and audits it with
   * `by`, who asked for it.
   */
  command(name: string, value: number, by: string): Promise<CommandResult>;
}

export interface ReadResult {
  readonly value?: SourceValue;
  readonly quality: number;
  readonly time: number;
  readonly error?: { readonly code: string; readonly reason: Bilingual };
}

export interface WriteResult {
  /** The device accepted the write; whether it took effect is said by `readBack`. */
  readonly ok: boolean;
  readonly readBack?: SourceValue;
  /** Persons are told the code in their language; `reason` is English, for logs. */
  readonly code?: string;
  readonly reason?: string;
}

/** What a method of the device gave; or why it was not carried out. */
export type CallResult =
  | { readonly ok: true; readonly outputs: readonly (number | boolean | string | null)[] }
  | { readonly ok: false; readonly code: string; readonly reason: Bilingual };

export interface BrowseNode {
  /** Hand it to `browse` to see what is below. */
  readonly path: string;
  readonly name: string;
  readonly folder: boolean;
  /** What a tag's `address` would be; absent on pure folders. */
  readonly address?: string;
  readonly suggested?: {
    readonly name?: string;
    readonly unit?: string;
    readonly type?: TagValueType;
    readonly low?: number;
    readonly high?: number;
    readonly access?: 'r' | 'rw';
  };
  /** Value now, as text, where reading it costs nothing. */
  readonly value?: string;
}
export interface BrowsePage {
  readonly nodes: readonly BrowseNode[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

/** One line per part, in the order in which they are tried; the first failure ends the list. */
export interface TestPart {
  readonly part: ConnectionPart;
  readonly ok: boolean;
  readonly code?: string;
  /** What was found, or what was wrong and what would be right. */
  readonly detail: Bilingual;
  readonly ms: number;
}

export interface Session {
  /** Replaces the whole set. Addresses that cannot be served are reported by events; the others are served. */
  subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void>;
  read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]>;
  /** Writes the raw value and reads it back from the device. */
  write(address: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult>;
  /** Calls a method, by its name, of the object in the device to which the address belongs. Absent where the protocol has no methods. */
  call?(address: string, method: string, given: readonly (number | boolean | string)[]): Promise<CallResult>;
  /** `path` '' is the root; `page` is what `next` of the page before said. */
  browse(path: string, page?: string): Promise<BrowsePage>;
  /** Checks the open session part by part; `address` names one to try. */
  test(address?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]>;
  /** Ends everything it started: no socket, timer or listener is left. */
  close(): Promise<void>;
}

export type AddressCheck = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: Bilingual };

export interface ConnectorManifest<S extends z.ZodObject, K extends z.ZodObject> {
  /** Folder name: `modbus-tcp`. */
  readonly id: string;
  readonly version: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  /** Tabler icon name without prefix. */
  readonly icon: string;
  /** Stored as they are and shown to whoever may see connections: no secret in here. */
  readonly settings: S;
  /** Kept sealed, opened only in the gateway; same `field` metadata, so the form shows them as write-only fields. */
  readonly secrets: K;
  readonly address: { readonly help: Bilingual; readonly examples: readonly string[] };
  /** Does the protocol offer a list of what there is? */
  readonly browsable: boolean;
  /** `device`: a read asks the device, so its answer is of now; `newest`: it gives what was heard last, as old as that is. */
  readonly reads: 'device' | 'newest';
  /**
   * Does the source keep what happens while nobody listens, and does the session say itself (event `gap`) when something of it is lost?
   * For the others the gateway marks the time between two holders of a connection as a gap.
   */
  readonly resumes: boolean;
  /** Waits for what others send to `/in/<connection id>`; the person who sets it up is shown that address. */
  readonly listens?: boolean;
  /**
   * Shows values of the platform to others (a server, an edge node). Its tags are what others may write; that nobody writes is no fault,
   * so its session does not end by silence.
   */
  readonly publishes?: boolean;
}

export interface Connector<S extends z.ZodObject = z.ZodObject, K extends z.ZodObject = z.ZodObject> {
  readonly manifest: ConnectorManifest<S, K>;
  /** Pure: is this an address of this protocol, for this type? Used by forms, imports and the gateway alike. */
  checkAddress(address: string, type: TagValueType): AddressCheck;
  /** One attempt; throws `ConnectorError`. The gateway bounds its time and tries again. */
  open(settings: z.output<S>, secrets: z.output<K>, host: ConnectorHost): Promise<Session>;
}

// biome-ignore lint/suspicious/noExplicitAny: the erased form that the gateway holds; settings are parsed by the manifest's schema before
export type AnyConnector = Connector<any, any>;

export function defineConnector<S extends z.ZodObject, K extends z.ZodObject>(connector: Connector<S, K>): Connector<S, K> {
  return connector;
}

/** The message of anything thrown, without a stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Errors of sockets, told by their part and code, the same for every protocol. */
export function networkError(error: unknown, where: string): ConnectorError {
  const code = (error as NodeJS.ErrnoException)?.code ?? '';
  const unreachable = {
    en: `There is no route to ${where}. Check cabling, VLAN and firewall.`,
    zh: `没有到达 ${where} 的路由。请检查网线、VLAN 和防火墙。`,
  };
  const known: Record<string, [string, Bilingual]> = {
    ECONNREFUSED: [
      'network.refused',
      {
        en: `Nothing listens at ${where}. Check the address and port, and that the device is on.`,
        zh: `${where} 没有监听。请检查地址和端口，并确认设备已开机。`,
      },
    ],
    ENOTFOUND: [
      'network.name',
      {
        en: `The name in ${where} is not known. Check its spelling or give the IP address.`,
        zh: `无法识别 ${where} 中的主机名。请检查拼写或改用 IP 地址。`,
      },
    ],
    EAI_AGAIN: [
      'network.name',
      {
        en: `The name in ${where} cannot be resolved now. Check the name server or give the IP address.`,
        zh: `目前无法解析 ${where} 中的主机名。请检查域名服务器或改用 IP 地址。`,
      },
    ],
    EHOSTUNREACH: ['network.unreachable', unreachable],
    ENETUNREACH: ['network.unreachable', unreachable],
    ETIMEDOUT: [
      'network.timeout',
      {
        en: `${where} did not answer in time. Check that it is on and that no firewall drops the port.`,
        zh: `${where} 未及时响应。请确认设备已开机，且防火墙未拦截该端口。`,
      },
    ],
    ECONNRESET: ['network.reset', closedBy(where)],
    EPIPE: ['network.reset', closedBy(where)],
  };
  const [name, text] = known[code] ?? ['network.failed', driverSaid(where, messageOf(error))];
  return new ConnectorError('network', name, text, { cause: error });
}
