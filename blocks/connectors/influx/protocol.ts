import { createHash } from 'node:crypto';
import {
  type BrowseNode,
  ConnectorError,
  type ConnectorHost,
  type InboundAnswer,
  type InboundRequest,
  type Sample,
  type SampleSink,
  type SourceValue,
  type TagRequest,
  type TagValueType,
} from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import type { Newest, PushProtocol } from '../inbound/push-session.ts';
import { refusal } from '../inbound/receive.ts';
import { same, tokenOf } from '../inbound/sign-in.ts';
import { type Address, parseAddress } from './address.ts';
import { epochMs, type FieldValue, type Line, PRECISIONS, parseBody } from './line.ts';

/** Series remembered for browsing and reading; senders with more show the newest of them. */
const MOST_SERIES = 5000;
/** Errors named in an answer. */
const MOST_ERRORS = 10;

interface Wanted {
  readonly tag: TagRequest;
  readonly address: Address;
}

/** The write interfaces of InfluxDB 1 and 2, as Telegraf and many devices speak them. */
export class InfluxProtocol implements PushProtocol {
  readonly #token: string;
  readonly #host: ConnectorHost;
  #wanted = new Map<string, Wanted[]>();
  readonly #series = new Map<string, { readonly line: Line; readonly field: string; value: FieldValue; time: number }>();
  readonly #broken = new Set<number>();

  constructor(token: string, host: ConnectorHost) {
    this.#token = token;
    this.#host = host;
  }

  want(tags: readonly TagRequest[]): void {
    const wanted = tags.flatMap((tag): Wanted[] => {
      const parsed = parseAddress(tag.address);
      return parsed.ok ? [{ tag, address: parsed.address }] : [];
    });
    this.#wanted = Map.groupBy(wanted, ({ address }) => seriesGroup(address.measurement, address.field));
  }

  async take(request: InboundRequest, give: SampleSink): Promise<InboundAnswer> {
    const { method, path } = request;
    if (path === '/ping' || path === '/health') return { status: path === '/ping' ? 204 : 200, body: '{"status":"pass"}' };
    if (method !== 'POST' || !['/write', '/api/v2/write'].includes(path))
      return refusal(404, 'not found', 'POST to /api/v2/write (InfluxDB 2) or /write (InfluxDB 1) of this address.');
    if (!same(tokenOf(request), this.#token))
      return refusal(401, 'unauthorized', 'Send the token of this connection: “Authorization: Token …”.');
    const precision = request.query.get('precision') ?? 'ns';
    if (!PRECISIONS.includes(precision))
      return refusal(400, 'invalid', `precision=${precision} is not known. Known: ${PRECISIONS.join(', ')}.`);
    const { lines, errors } = parseBody(request.body.toString('utf8'));
    const arrived = Date.now();
    const samples = lines.flatMap((line) => this.#samples(line, precision, arrived));
    // equal bodies with their own times are one that is sent again; without times they may be two
    const timed = lines.length > 0 && lines.every((line) => line.timestamp !== undefined);
    const print = createHash('sha1').update(`${precision}\0`).update(request.body).digest().readBigUInt64LE();
    await give(samples, timed ? { message: { print, again: true } } : {});
    if (errors.length === 0) return { status: 204 };
    const named = errors.slice(0, MOST_ERRORS).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`);
    const more = errors.length > MOST_ERRORS ? [`and ${errors.length - MOST_ERRORS} more`] : [];
    const what = `partial write: ${lines.length} lines taken, ${errors.length} refused; ${[...named, ...more].join('; ')}`;
    return { status: 400, body: JSON.stringify({ code: 'invalid', message: what, error: what }) };
  }

  #samples(line: Line, precision: string, arrived: number): Sample[] {
    const time = line.timestamp === undefined ? arrived : epochMs(line.timestamp, precision);
    const samples: Sample[] = [];
    for (const [field, value] of line.fields) {
      this.#remember(line, field, value, time);
      for (const { tag, address } of this.#wanted.get(seriesGroup(line.measurement, field)) ?? []) {
        if (!hasTags(line, address)) continue;
        const taken = typed(value, tag.type);
        samples.push(
          taken === undefined
            ? { tagId: tag.tagId, time, quality: quality('bad', 'missing') }
            : { tagId: tag.tagId, time, value: taken, quality: GOOD },
        );
        this.#tell(tag, value, taken !== undefined);
      }
    }
    return samples;
  }

  #tell(tag: TagRequest, value: FieldValue, fits: boolean): void {
    if (fits) {
      if (this.#broken.delete(tag.tagId)) this.#host.event({ kind: 'address', tagId: tag.tagId });
      return;
    }
    if (this.#broken.has(tag.tagId)) return;
    this.#broken.add(tag.tagId);
    const error = new ConnectorError('address', 'payload.type', {
      en: `${tag.address}: ${JSON.stringify(value).slice(0, 60)} came, but the tag needs a ${tag.type}.`,
      zh: `${tag.address}：收到 ${JSON.stringify(value).slice(0, 60)}，而测点需要 ${tag.type}。`,
    });
    this.#host.event({ kind: 'address', tagId: tag.tagId, error });
  }

  #remember(line: Line, field: string, value: FieldValue, time: number): void {
    const name = addressOf(line, field);
    this.#series.delete(name);
    this.#series.set(name, { line, field, value, time });
    const [oldest] = this.#series.keys();
    if (this.#series.size > MOST_SERIES && oldest !== undefined) this.#series.delete(oldest);
  }

  newest(text: string, type: TagValueType): Newest | undefined {
    const parsed = parseAddress(text);
    if (!parsed.ok) throw new ConnectorError('address', parsed.code, parsed.message);
    const { address } = parsed;
    const known = [...this.#series.values()].findLast(
      ({ line, field }) => line.measurement === address.measurement && field === address.field && hasTags(line, address),
    );
    const value = known && typed(known.value, type);
    return known && value !== undefined ? { value, quality: GOOD, time: known.time } : undefined;
  }

  /** Measurements, then their series. */
  heard(path: string): readonly BrowseNode[] {
    if (path === '') {
      const names = new Set([...this.#series.values()].map(({ line }) => line.measurement));
      return [...names].sort().map((name) => ({ path: name, name, folder: true }));
    }
    return [...this.#series]
      .filter(([, { line }]) => line.measurement === path)
      .map(
        ([address, { field, line, value }]): BrowseNode => ({
          path: address,
          name: [...line.tags.values(), field].join(' '),
          folder: false,
          address,
          suggested: { type: typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'number' },
          value: String(value).slice(0, 80),
        }),
      )
      .sort((a, b) => a.path.localeCompare(b.path, 'en'));
  }
}

const seriesGroup = (measurement: string, field: string) => `${measurement}\0${field}`;
const hasTags = (line: Line, address: Address) => [...address.tags].every(([name, value]) => line.tags.get(name) === value);
const escaped = (name: string) => name.replace(/[,= ]/g, '\\$&');
const addressOf = ({ measurement, tags }: Line, field: string) =>
  `${[measurement.replace(/[, ]/g, '\\$&'), ...[...tags].map(([name, value]) => `${escaped(name)}=${escaped(value)}`)].join(',')}#${field}`;

function typed(value: FieldValue, type: TagValueType): SourceValue | undefined {
  if (type === 'text') return String(value);
  if (type === 'boolean') return typeof value === 'boolean' ? value : value === 0 || value === 1 ? value === 1 : undefined;
  if (type === 'wave' || typeof value === 'string') return undefined;
  return Number(value);
}
