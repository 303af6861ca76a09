import { createHash } from 'node:crypto';
import { plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type ReadResult,
  type Sample,
  type SampleSink,
  type Session,
  type SourceValue,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import { pageOf } from '../page.ts';
import { Polling } from '../polling.ts';
import { type Address, fits, parseAddress } from './address.ts';
import { cellTime, cellValue } from './cell.ts';
import { type Found, noteBeside, readWhole, removeFile, setAside, settled } from './folder.ts';
import { type Encoding, type Records, readRecords } from './records.ts';

const SHORTEST_PERIOD_MS = 500;
/** Rows that wait for the log together. */
const TOGETHER = 2000;
const MOST_KEPT = 1000;
const MOST_NOTED = 1000;
/** Names that are remembered: files often carry the time in theirs. */
const MOST_SEEN = 200;
/** Files named at the connection; the folder `failed` has all, each with its reason. */
const MOST_TOLD = 5;

export interface Rules {
  readonly encoding: Encoding;
  readonly offsetMinutes: number;
  readonly settleMs: number;
  readonly after: 'move' | 'delete' | 'leave';
}
interface Wanted {
  readonly tag: TagRequest;
  readonly address: Address;
}
interface Newest {
  readonly value?: SourceValue;
  readonly quality: number;
  readonly time: number;
}

/** Takes each file once: its rows are messages with prints of the file's bytes and their lines, so a kill in the middle leaves none out and none twice. */
export class FileSession implements Session {
  readonly #folder: string;
  readonly #rules: Rules;
  readonly #host: ConnectorHost;
  readonly #sizes = new Map<string, number>();
  readonly #newest = new Map<string, Newest>();
  /** Columns of the newest file of each name. */
  readonly #seen = new Map<string, readonly string[]>();
  /** Could not be read since a file was taken last, and are told. */
  readonly #failed = new Set<string>();
  readonly #broken = new Set<number>();
  /** Prints of files that are left where they are. */
  #kept: string[] = [];
  #wanted: readonly Wanted[] = [];
  #sink: SampleSink | undefined;
  #polling: Polling | undefined;

  constructor(folder: string, rules: Rules, host: ConnectorHost) {
    this.#folder = folder;
    this.#rules = rules;
    this.#host = host;
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    await this.#polling?.close();
    const kept = await this.#host.kept();
    if (Array.isArray(kept)) this.#kept = kept.filter((one) => typeof one === 'string');
    this.#wanted = tags.flatMap((tag): Wanted[] => {
      const parsed = parseAddress(tag.address);
      return parsed.ok ? [{ tag, address: parsed.address }] : []; // the gateway has told the others
    });
    this.#sink = sink;
    const periodMs = Math.max(SHORTEST_PERIOD_MS, Math.min(...tags.map((tag) => tag.samplePeriodMs), 60_000));
    const group = { name: this.#folder, periodMs, tags, read: () => this.#look() };
    this.#polling = new Polling([group], sink, (event) => this.#host.event(event));
  }

  async #look(): Promise<readonly Sample[]> {
    for (const file of await settled(this.#folder, this.#rules.settleMs, this.#sizes)) {
      const wanted = this.#wanted.filter(({ address }) => fits(address.pattern, file.name));
      if (wanted.length > 0) await this.#take(file, wanted);
    }
    return [];
  }

  async #take(file: Found, wanted: readonly Wanted[]): Promise<void> {
    let records: Records;
    let print: string;
    try {
      const whole = await readWhole(file);
      print = whole.print;
      if (this.#kept.includes(print)) return;
      records = await readRecords(file.name, whole.bytes, this.#rules.encoding);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (this.#failed.size < MOST_TOLD) {
        this.#failed.add(file.name);
        this.#host.event({ kind: 'device', device: file.name, state: 'failed', reason: error.text });
      }
      await setAside(file, 'failed', `${error.text.en}\n${error.text.zh}\n`);
      return;
    }
    this.#seen.delete(file.name);
    this.#seen.set(file.name, records.columns);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_SEEN && oldest !== undefined) this.#seen.delete(oldest);
    const notes = records.refused.map(({ line, reason }) => `line ${line}: ${reason}`);
    for (let i = 0; i < records.rows.length; i += TOGETHER) {
      const part = records.rows.slice(i, i + TOGETHER);
      await Promise.all(part.map((row) => this.#give({ print, zoneless: records.zoneless ?? false }, row, wanted, notes)));
    }
    if (notes.length > 0) await noteBeside(file, `${notes.slice(0, MOST_NOTED).join('\n')}\n`);
    if (this.#rules.after === 'move') await setAside(file, 'done');
    else if (this.#rules.after === 'delete') await removeFile(file);
    else {
      this.#kept = [...this.#kept, print].slice(-MOST_KEPT);
      await this.#host.keep(this.#kept);
    }
    for (const device of this.#failed) this.#host.event({ kind: 'device', device, state: 'live' });
    this.#failed.clear();
  }

  async #give(
    { print, zoneless }: { readonly print: string; readonly zoneless: boolean },
    row: Records['rows'][number],
    wanted: readonly Wanted[],
    notes: string[],
  ): Promise<void> {
    const samples = wanted.flatMap(({ tag, address }): Sample[] => {
      for (const [key, value] of address.where) if (String(row.cells[key] ?? '').trim() !== value) return [];
      const time =
        address.time === undefined ? Date.now() : cellTime(row.cells[address.time], this.#rules.offsetMinutes, zoneless);
      const cell = row.cells[address.column];
      const empty = cell === undefined || cell === null || cell === '';
      const value = empty ? undefined : cellValue(cell, tag.type);
      if (time === undefined) {
        notes.push(`line ${row.line}: “${String(row.cells[address.time ?? ''])}” in ${address.time} is no time`);
        this.#tell(tag, address.time ?? '', row.cells[address.time ?? '']);
        return [];
      }
      if (!empty && value === undefined) notes.push(`line ${row.line}: “${String(cell)}” in ${address.column} is no ${tag.type}`);
      this.#tell(
        tag,
        address.column,
        value === undefined && (!empty || !(address.column in row.cells)) ? (cell ?? null) : undefined,
      );
      const newest: Newest = value === undefined ? { time, quality: quality('bad', 'missing') } : { time, value, quality: GOOD };
      this.#newest.set(tag.address, newest);
      return [{ tagId: tag.tagId, ...newest }];
    });
    if (samples.length === 0) return;
    const own = createHash('sha1').update(`${print} ${row.line}`).digest().readBigUInt64LE();
    await this.#sink?.(samples, { message: { print: own, again: true } });
  }

  #tell(tag: TagRequest, column: string, cell: unknown): void {
    if (cell === undefined) {
      if (this.#broken.delete(tag.tagId)) this.#host.event({ kind: 'address', tagId: tag.tagId });
      return;
    }
    if (this.#broken.has(tag.tagId)) return;
    this.#broken.add(tag.tagId);
    const is = cell === null ? 'nothing' : `“${String(cell).slice(0, 60)}”`;
    const error = new ConnectorError('address', 'payload.type', {
      en: `${tag.address}: column ${column} holds ${is}, but the tag needs a ${tag.type} with a time.`,
      zh: `${tag.address}：列 ${column} 的内容为 ${is}，而测点需要带时间的 ${tag.type}。`,
    });
    this.#host.event({ kind: 'address', tagId: tag.tagId, error });
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    return addresses.map(({ address }): ReadResult => {
      const newest = this.#newest.get(address);
      if (newest) return newest;
      const parsed = parseAddress(address);
      const reason = parsed.ok
        ? { en: `No row of “${address}” came yet.`, zh: `尚未收到“${address}”的数据行。` }
        : parsed.message;
      return {
        quality: quality('bad', 'missing'),
        time: Date.now(),
        error: { code: parsed.ok ? 'file.no-row' : parsed.code, reason },
      };
    });
  }

  async write(): Promise<WriteResult> {
    return { ok: false, code: 'address.read-only', reason: 'Files are read here, not written.' };
  }

  /** Files that came, then their columns. */
  async browse(path: string, page?: string): Promise<BrowsePage> {
    if (path === '') {
      return pageOf(
        [...this.#seen.keys()].map((name): BrowseNode => ({ path: name, name, folder: true })),
        page,
      );
    }
    const columns = this.#seen.get(path) ?? [];
    const time = columns.find((name) => /^(ts|t|time|timestamp|datetime|日期|时间|采集时间)$/i.test(name));
    const nodes = columns
      .filter((name) => name !== time)
      .map((name): BrowseNode => {
        const address = `${path}#${name}${time ? `@${time}` : ''}`;
        return { path: `${path}#${name}`, name, folder: false, address };
      });
    return pageOf(nodes, page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const waits = { en: `Waits for files in ${this.#folder}.`, zh: `正在 ${this.#folder} 等待文件。` };
    const parts: TestPart[] = [{ part: 'network', ok: true, detail: waits, ms: 0 }];
    if (!sample) return parts;
    const [result] = await this.read([sample]);
    if (result?.error) parts.push({ part: 'data', ok: false, code: result.error.code, detail: result.error.reason, ms: 0 });
    else parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result?.value)}`), ms: 0 });
    return parts;
  }

  async close(): Promise<void> {
    await this.#polling?.close();
  }
}
