import { type AnyConnector, ConnectorError, type TagRequest } from '#blocks/sdk/connector.ts';
import { BAD, quality } from '#runtime/batch/quality.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import type { Row, TagRow } from '#runtime/samples/scale.ts';
import type { Facts } from './status.ts';

export interface TagState {
  readonly row: TagRow;
  /** Arrival of the newest sample, or when watching began. */
  at: number;
  /** Newest row as it went to the log; absent while none came. */
  last?: Row;
}

const STALE = quality('bad', 'stale');
/** A session whose tags are all silent for this long is made anew: an open socket proves nothing. */
const SILENT_LIMIT_MS = 30_000;

/** The tags of one connection: how old their newest values are, and which addresses cannot be served. */
export class Tags {
  readonly #connector: AnyConnector;
  #states = new Map<number, TagState>();
  #errors = new Map<number, ConnectorError>();

  constructor(connector: AnyConnector, rows: readonly TagRow[]) {
    this.#connector = connector;
    this.set(rows);
  }

  /** Replaces the set; what stays keeps its newest value. */
  set(rows: readonly TagRow[]): void {
    const now = steadyClock.now();
    const before = this.#states;
    this.#states = new Map(
      rows.map((row) => {
        const known = before.get(row.id);
        return [row.id, known ? { ...known, row } : { row, at: now }];
      }),
    );
    this.#errors.clear();
    for (const row of rows) {
      const check = this.#connector.checkAddress(row.address ?? '', row.type);
      if (!check.ok) this.#errors.set(row.id, new ConnectorError('address', check.code, check.message));
    }
  }
  get(id: number): TagState | undefined {
    return this.#states.get(id);
  }
  get all(): readonly TagState[] {
    return [...this.#states.values()];
  }
  addressError(id: number, error: ConnectorError | undefined): void {
    if (error) this.#errors.set(id, error);
    else this.#errors.delete(id);
  }

  /** What a session is asked to serve. */
  requests(): TagRequest[] {
    return this.all.flatMap(({ row }) =>
      row.address === null || this.#errors.has(row.id)
        ? []
        : [
            {
              tagId: row.id,
              address: row.address,
              type: row.type,
              samplePeriodMs: row.samplePeriodMs,
              confirmMs: Math.max(row.samplePeriodMs, row.staleAfterMs / 2),
            },
          ],
    );
  }

  /** Tags whose newest value is too old and does not say so yet. */
  stale(now: number): TagState[] {
    return this.all.filter(({ row, at, last }) => now - at > row.staleAfterMs && !(last && last.quality >= BAD));
  }
  alive(): TagState[] {
    return this.all.filter(({ last }) => last && last.quality < BAD);
  }

  /** How long all tags that can be served have been silent, when that is too long for a session that stands since `opened`. */
  silentFor(opened: number, now: number): number | undefined {
    const expected = this.all.filter(({ row }) => !this.#errors.has(row.id));
    const limit = Math.max(SILENT_LIMIT_MS, ...expected.map(({ row }) => 3 * row.staleAfterMs));
    const alive = expected.some(({ at, last }) => now - (last?.quality === STALE ? 0 : at) < limit);
    return expected.length > 0 && !alive && now - opened > limit ? limit : undefined;
  }

  facts(now: number): Pick<Facts, 'tags' | 'fresh' | 'waiting' | 'addressErrors'> {
    const states = this.all;
    return {
      tags: states.length,
      fresh: states.filter(({ row, at, last }) => last && last.quality < BAD && now - at <= row.staleAfterMs).length,
      waiting: states.filter(({ row, at, last }) => !last && now - at <= row.staleAfterMs).length,
      addressErrors: [...this.#errors.values()],
    };
  }
}
