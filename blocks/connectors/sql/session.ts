import { connectedTo, plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type ReadResult,
  type SampleSink,
  type Session,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import { pageOf } from '../page.ts';
import { asFailure, Polling } from '../polling.ts';
import { type Address, parseAddress } from './address.ts';
import type { Database } from './database.ts';
import { TableReader, type Wanted } from './table-reader.ts';
import { cursorKind, isTime, stampMs, stampText, typedValue } from './value.ts';

const SHORTEST_PERIOD_MS = 500;

export interface Reading {
  /** Column that only grows; '' = each tag's time column. */
  readonly cursor: string;
  readonly from: 'new' | 'all';
  readonly overlap: number;
  readonly offsetMinutes: number;
}

export class SqlSession implements Session {
  readonly #database: Database;
  readonly #reading: Reading;
  readonly #host: ConnectorHost;
  readonly #broken = new Set<number>();
  #polling: Polling | undefined;
  /** How far each table is in the log. */
  #kept: Record<string, string> = {};

  constructor(database: Database, reading: Reading, host: ConnectorHost) {
    this.#database = database;
    this.#reading = reading;
    this.#host = host;
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    await this.#polling?.close();
    const kept = await this.#host.kept();
    if (typeof kept === 'object' && kept !== null) this.#kept = { ...(kept as Record<string, string>) };
    const wanted = tags.flatMap((tag): Wanted[] => {
      const parsed = parseAddress(tag.address);
      return parsed.ok ? [{ tag, address: parsed.address }] : []; // the gateway has told the others
    });
    const groups = [...Map.groupBy(wanted, ({ address }) => this.#place(address))].map(([name, own]) => {
      const [first] = own;
      if (!first) throw new Error('a group has tags');
      const reader = new TableReader({
        database: this.#database,
        table: first.address.table,
        cursor: this.#cursor(first.address),
        wanted: own,
        offsetMinutes: this.#reading.offsetMinutes,
        overlap: this.#reading.overlap,
        from: this.#reading.from,
        kept: this.#kept[name],
        keep: (cursor) => {
          this.#kept[name] = cursor;
          return this.#host.keep(this.#kept);
        },
        sink,
        broken: (tag, text) => this.#tell(tag, text),
      });
      return {
        name,
        tags: own.map(({ tag }) => tag),
        periodMs: Math.max(SHORTEST_PERIOD_MS, Math.min(...own.map(({ tag }) => tag.samplePeriodMs))),
        read: () => reader.read(),
      };
    });
    this.#polling = new Polling(groups, sink, (event) => this.#host.event(event));
  }

  #cursor(address: Address): string | undefined {
    return this.#reading.cursor || address.time;
  }
  /** Tags of one table and cursor share a question. */
  #place(address: Address): string {
    return [address.table.join('.'), this.#cursor(address) ?? 'now'].join('/');
  }

  #tell(tag: TagRequest, text?: string): void {
    if (text === undefined) {
      if (this.#broken.delete(tag.tagId)) this.#host.event({ kind: 'address', tagId: tag.tagId });
      return;
    }
    if (this.#broken.has(tag.tagId)) return;
    this.#broken.add(tag.tagId);
    const is = JSON.stringify(text.slice(0, 60));
    const error = new ConnectorError('address', 'payload.type', {
      en: `${tag.address}: a row holds ${is}, but the tag needs a ${tag.type} with a time.`,
      zh: `${tag.address}：某行的值为 ${is}，而测点需要带时间的 ${tag.type}。`,
    });
    this.#host.event({ kind: 'address', tagId: tag.tagId, error });
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    const results: ReadResult[] = [];
    for (const { address, type } of addresses) results.push(await this.#readOne(address, type));
    return results;
  }

  /** The newest row, asked of the database. */
  async #readOne(text: string, type: TagValueType): Promise<ReadResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return failed(parsed.code, parsed.message);
    const { address } = parsed;
    const db = this.#database;
    const along = this.#cursor(address);
    const columns = [address.column, ...(address.time ? [address.time] : [])].map((one) => db.name(one)).join(', ');
    const keys = [...address.where];
    const where = keys.map(([key], i) => `${db.name(key)} = ${db.mark(i + 1)}`).join(' and ');
    try {
      const [row] = await db.rows(
        `select ${columns} from ${db.name(...address.table)}${where ? ` where ${where}` : ''}${along ? ` order by ${db.name(along)} desc` : ''} limit 1`,
        keys.map(([, value]) => value),
      );
      if (!row) return failed('sql.no-row', { en: `No row of “${text}” yet.`, zh: `“${text}”尚无数据行。` });
      const value = typedValue(row[address.column] ?? '', type);
      const stamp = address.time ? stampMs(row[address.time] ?? '', this.#reading.offsetMinutes) : Date.now();
      if (value === undefined || stamp === undefined) {
        const is = JSON.stringify(row);
        return failed('payload.type', {
          en: `The newest row is ${is}; a ${type} with a time is needed.`,
          zh: `最新一行为 ${is}；需要带时间的 ${type}。`,
        });
      }
      return { value, quality: GOOD, time: stamp };
    } catch (error) {
      const { code, text: why } = asFailure(error, db.where);
      return failed(code, why);
    }
  }

  /** Inserts a row with the value, and its time where the address names a column for it. */
  async write(text: string, value: number | boolean | string, type: TagValueType): Promise<WriteResult> {
    const parsed = parseAddress(text);
    if (!parsed.ok) return { ok: false, code: parsed.code, reason: parsed.message.en };
    const { insert } = parsed.address;
    const db = this.#database;
    if (!insert) {
      return {
        ok: false,
        code: 'address.read-only',
        reason: `“${text}” names no table to insert into. Add one after the address, for example >setpoints#force@ts.`,
      };
    }
    const columns = [insert.column, ...(insert.time ? [insert.time] : [])];
    const now = stampText(Date.now() + (insert.time ? this.#reading.offsetMinutes * 60_000 : 0));
    const values = [typeof value === 'boolean' ? Number(value) : value, ...(insert.time ? [now] : [])];
    const types = new Map((await db.columns(insert.table)).map((column) => [column.name, column.type]));
    const marks = columns.map((column, i) => {
      const zoned = /with time zone|timestamptz/i.test(types.get(column) ?? '');
      if (zoned) values[i] = `${stampText(Date.now())}+00`;
      return db.cast(db.mark(i + 1), types.get(column) ?? 'text');
    });
    try {
      await db.rows(
        `insert into ${db.name(...insert.table)} (${columns.map((one) => db.name(one)).join(', ')}) values (${marks.join(', ')})`,
        values.map((one) => (typeof one === 'string' ? one : String(one))),
      );
    } catch (error) {
      const { code, text: why } = asFailure(error, db.where);
      return { ok: false, code, reason: why.en };
    }
    const back = await this.#readOne(text, type);
    if (back.value !== undefined) return { ok: true, readBack: back.value };
    return { ok: true, ...(back.error ? { code: back.error.code, reason: back.error.reason.en } : {}) };
  }

  /** Schemas and tables, then columns. */
  async browse(path: string, page?: string): Promise<BrowsePage> {
    if (path === '') {
      const tables = await this.#database.tables();
      const nodes = tables.map(({ schema, table }): BrowseNode => {
        const name = `${schema}.${table}`;
        return { path: name, name, folder: true };
      });
      return pageOf(nodes, page);
    }
    const columns = await this.#database.columns(path.split('.'));
    const time = columns.find(({ type }) => cursorKind(type) === 'time')?.name;
    const nodes = columns
      .filter(({ type }) => !isTime(type))
      .map(({ name, type }): BrowseNode => {
        const address = `${path}#${name}${time ? `@${time}` : ''}`;
        const kind: TagValueType = /bool|tinyint\(1\)/i.test(type)
          ? 'boolean'
          : cursorKind(type) === 'number'
            ? 'integer'
            : /char|text|enum|uuid|json/i.test(type)
              ? 'text'
              : 'number';
        return { path: `${path}/${name}`, name, folder: false, address, suggested: { type: kind }, value: type };
      });
    return pageOf(nodes, page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const began = performance.now();
    const ms = () => performance.now() - began;
    try {
      await this.#database.rows('select 1 as one');
    } catch (error) {
      const { part, code, text } = asFailure(error, this.#database.where);
      return [{ part, ok: false, code, detail: text, ms: ms() }];
    }
    const parts: TestPart[] = [{ part: 'network', ok: true, detail: connectedTo(this.#database.where), ms: ms() }];
    if (!sample) return parts;
    const result = await this.#readOne(sample.address, sample.type);
    if (result.error) parts.push({ part: 'address', ok: false, code: result.error.code, detail: result.error.reason, ms: ms() });
    else parts.push({ part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result.value)}`), ms: ms() });
    return parts;
  }

  async close(): Promise<void> {
    await this.#database.close();
    await this.#polling?.close();
  }
}

const failed = (code: string, reason: { readonly en: string; readonly zh: string }): ReadResult => ({
  quality: quality('bad', 'missing'),
  time: Date.now(),
  error: { code, reason },
});
