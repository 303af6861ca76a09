import { createHash } from 'node:crypto';
import { ConnectorError, type Sample, type SampleSink, type TagRequest } from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import type { Address } from './address.ts';
import type { Database, TextRow } from './database.ts';
import { type CursorKind, cursorKind, stampMs, stampText, typedValue } from './value.ts';

const PAGE = 2000;
/** Rows of a table of current values. */
const MOST_CURRENT = 10_000;

export interface Wanted {
  readonly tag: TagRequest;
  readonly address: Address;
}
export interface TableOptions {
  readonly database: Database;
  readonly table: readonly string[];
  /** Column that only grows; absent = a table of current values. */
  readonly cursor?: string | undefined;
  readonly wanted: readonly Wanted[];
  /** Minutes east of Greenwich of times that carry no zone. */
  readonly offsetMinutes: number;
  /** How far behind the newest row others may still commit: seconds, or numbers of the cursor. */
  readonly overlap: number;
  readonly from: 'new' | 'all';
  readonly kept: string | undefined;
  /** How far the log has the table. */
  readonly keep: (cursor: string) => Promise<void>;
  readonly sink: SampleSink;
  /** A value that is none of its tag's type; absent when it is one again. */
  readonly broken: (tag: TagRequest, text?: string) => void;
}

/**
 * Reads a table along a column that only grows. Rows may be committed out of order: what is a little older than the newest is read again, and a row
 * that was seen is passed over. Each row is a message with a print of its own, so that after a kill the log tells which it has.
 */
export class TableReader {
  readonly #options: TableOptions;
  readonly #columns: readonly string[];
  #kind: CursorKind | undefined;
  #type = '';
  #newest: string | undefined;
  /** Prints of the rows in the overlap, with their places. */
  readonly #seen = new Map<bigint, number>();
  /** Until the first time that nothing is left to read, an earlier process may have taken the rows. */
  #caughtUp = false;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#newest = options.kept;
    const names = options.wanted.flatMap(({ address }) => [
      address.column,
      ...(address.time ? [address.time] : []),
      ...address.where.keys(),
    ]);
    this.#columns = [...new Set([...(options.cursor ? [options.cursor] : []), ...names])];
  }

  /** All that is new; resolves when the log has it. */
  async read(): Promise<readonly Sample[]> {
    const { cursor } = this.#options;
    if (cursor === undefined) return this.#current();
    if (!this.#kind) await this.#begin(cursor);
    let from = this.#bound();
    for (let limit = PAGE; ; ) {
      const rows = await this.#page(cursor, from, limit);
      await this.#take(cursor, rows);
      const last = rows.at(-1)?.[cursor] ?? undefined;
      if (rows.length < limit || last === undefined) break;
      // more rows of one moment than a page holds: a larger page, else it never ends
      if (last === from) limit *= 2;
      from = last;
    }
    this.#caughtUp = true;
    this.#forget();
    return [];
  }

  async #begin(cursor: string): Promise<void> {
    const { database, table, from } = this.#options;
    const column = (await database.columns(table)).find(({ name }) => name === cursor);
    if (!column) {
      await database.rows(`select ${database.name(cursor)} from ${database.name(...table)} limit 0`); // says what is missing
      throw new Error(`column ${cursor} cannot be described`);
    }
    const kind = cursorKind(column.type);
    if (!kind) {
      throw new ConnectorError('address', 'sql.cursor', {
        en: `“${cursor}” is ${column.type}; rows can be read along a whole number or a time that only grows.`,
        zh: `“${cursor}”的类型为 ${column.type}；只能按只增不减的整数列或时间列读取。`,
      });
    }
    this.#type = column.type;
    this.#kind = kind;
    if (this.#newest === undefined && from === 'new') {
      const [row] = await database.rows(`select max(${database.name(cursor)}) as newest from ${database.name(...table)}`);
      this.#newest = row?.newest ?? undefined;
      if (this.#newest !== undefined) await this.#remember(cursor);
    }
  }

  /** What stands in the overlap at the very beginning was there before: it is known, not new. */
  async #remember(cursor: string): Promise<void> {
    const { database, table } = this.#options;
    const rows = await database.rows(
      `select ${this.#list()} from ${database.name(...table)} where ${database.name(cursor)} >= ${database.cast(database.mark(1), this.#type)}`,
      [this.#bound() ?? null],
    );
    for (const row of rows) this.#seen.set(this.#print(row), this.#place(row[cursor] ?? ''));
  }

  #list(): string {
    return this.#columns.map((column) => this.#options.database.name(column)).join(', ');
  }

  #page(cursor: string, from: string | undefined, limit: number): Promise<readonly TextRow[]> {
    const { database, table } = this.#options;
    const column = database.name(cursor);
    const after = from === undefined ? `${column} is not null` : `${column} >= ${database.cast(database.mark(1), this.#type)}`;
    return database.rows(
      `select ${this.#list()} from ${database.name(...table)} where ${after} order by ${column} limit ${limit}`,
      from === undefined ? [] : [from],
    );
  }

  async #take(cursor: string, rows: readonly TextRow[]): Promise<void> {
    const arrived = Date.now();
    const stored: Promise<void>[] = [];
    let newest = this.#newest;
    for (const row of rows) {
      const at = row[cursor];
      if (at === null || at === undefined) continue;
      if (newest === undefined || this.#place(at) > this.#place(newest)) newest = at;
      const print = this.#print(row);
      if (this.#seen.has(print)) continue;
      this.#seen.set(print, this.#place(at));
      const samples = this.#samples(row, arrived);
      if (samples.length > 0) stored.push(this.#options.sink(samples, { message: { print, again: !this.#caughtUp } }));
    }
    try {
      await Promise.all(stored);
    } catch (error) {
      this.#seen.clear(); // read again: what the log has is known there
      this.#caughtUp = false;
      throw error;
    }
    if (newest === this.#newest || newest === undefined) return;
    this.#newest = newest;
    await this.#options.keep(newest);
  }

  #samples(row: TextRow, arrived: number): Sample[] {
    return this.#options.wanted.flatMap(({ tag, address }): Sample[] => {
      for (const [key, value] of address.where) if (row[key] !== value) return [];
      const stamp = address.time === undefined ? undefined : row[address.time];
      const time = address.time === undefined ? arrived : stampMs(stamp ?? '', this.#options.offsetMinutes);
      const text = row[address.column];
      const value = text === null || text === undefined ? undefined : typedValue(text, tag.type);
      const wrong = time === undefined ? (stamp ?? 'null') : text !== null && value === undefined ? text : undefined;
      this.#options.broken(tag, wrong);
      if (value === undefined || time === undefined)
        return [{ tagId: tag.tagId, time: time ?? arrived, quality: quality('bad', 'missing') }];
      return [{ tagId: tag.tagId, time, value, quality: GOOD }];
    });
  }

  async #current(): Promise<readonly Sample[]> {
    const { database, table } = this.#options;
    const rows = await database.rows(`select ${this.#list()} from ${database.name(...table)} limit ${MOST_CURRENT}`);
    const arrived = Date.now();
    return rows.flatMap((row) => this.#samples(row, arrived));
  }

  /** Comparable place of a cursor's text. Whole numbers above 2⁵³ lose their last digits here, which only widens the overlap. */
  #place(text: string): number {
    return this.#kind === 'time' ? (stampMs(text, 0) ?? Number.NaN) : Number(text);
  }

  /** Where reading begins: behind the newest row by the overlap. */
  #bound(): string | undefined {
    if (this.#newest === undefined) return undefined;
    if (this.#kind === 'time') return stampText(this.#place(this.#newest) - this.#options.overlap * 1000);
    return String(BigInt(this.#newest) - BigInt(Math.round(this.#options.overlap)));
  }

  #forget(): void {
    const from = this.#bound();
    if (from === undefined) return;
    const place = this.#place(from);
    for (const [print, at] of this.#seen) if (at < place) this.#seen.delete(print);
  }

  /** The same row has the same print in every process; of two equal rows one is taken, unless the cursor tells them apart. */
  #print(row: TextRow): bigint {
    const hash = createHash('sha1').update(JSON.stringify(this.#options.table));
    hash.update(JSON.stringify(this.#columns.map((column) => row[column] ?? null)));
    return hash.digest().readBigUInt64LE();
  }
}
