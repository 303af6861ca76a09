import type { ProbeValue } from '#runtime/step/contract.ts';
import { finite } from './reduce.ts';

/** What was on every wire at moments of the window; parallel lists, oldest first. Plain JSON. */
export interface Moments {
  /** Epoch ms; the moments at which anything came over any wire. */
  readonly at: readonly number[];
  readonly wires: readonly WireMoments[];
  /** Lists (frames, spectra) that were left out because there were too many: their moments say `null`. */
  readonly thinned: boolean;
}
/** One key of one wire. A moment without an entry has that of the one before. */
export interface WireMoments {
  readonly node: string;
  readonly port: string;
  readonly key: string;
  /** Index into `Moments.at`. */
  readonly moment: readonly number[];
  /** Event time of the record. */
  readonly time: readonly number[];
  /** Records until then. */
  readonly count: readonly number[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  /** Absent = all good. */
  readonly quality?: Readonly<Record<string, readonly number[]>>;
}

/** Moments of a window that a slider of a screen's width can tell apart. */
const MOMENTS = 240;
const KEYS = 12;
/** Values in all lists together; a report must load at once. */
const LISTED = 100_000;

interface Kept {
  readonly moment: number[];
  readonly time: number[];
  readonly count: number[];
  readonly columns: Map<string, { values: unknown[]; quality: number[]; dirty: boolean }>;
}

/** Keeps what came over the wires by equal stretches of the window: of each the last record. */
export class MomentKeeper {
  private readonly from: number;
  private readonly span: number;
  private readonly at: number[] = [];
  private bucket = -1;
  private listed = 0;
  private readonly wires = new Map<string, { node: string; port: string; key: string; kept: Kept }>();
  private readonly keys = new Map<string, number>();

  constructor(window: { readonly from: number; readonly to: number }) {
    this.from = window.from;
    this.span = Math.max(1, window.to - window.from);
  }

  /** Probes of a step that ended at entry time `clock`. */
  take(probes: readonly ProbeValue[], clock: number): void {
    if (probes.length === 0) return;
    const bucket = Math.min(MOMENTS - 1, Math.max(0, Math.floor(((clock - this.from) / this.span) * MOMENTS)));
    if (bucket > this.bucket || this.at.length === 0) {
      this.bucket = bucket;
      this.at.push(clock);
    } else this.at[this.at.length - 1] = clock;
    const moment = this.at.length - 1;
    for (const probe of probes) this.put(probe, moment);
  }

  private put({ node, port, key, time, count, values }: ProbeValue, moment: number): void {
    const id = `${node}\n${port}\n${key}`;
    let wire = this.wires.get(id);
    if (!wire) {
      const keys = this.keys.get(`${node}\n${port}`) ?? 0;
      if (keys >= KEYS) return;
      this.keys.set(`${node}\n${port}`, keys + 1);
      const columns = new Map(Object.keys(values).map((name) => [name, { values: [], quality: [], dirty: false }]));
      wire = { node, port, key, kept: { moment: [], time: [], count: [], columns } };
      this.wires.set(id, wire);
    }
    const { kept } = wire;
    const place = kept.moment.at(-1) === moment ? kept.moment.length - 1 : kept.moment.length;
    kept.moment[place] = moment;
    kept.time[place] = time;
    kept.count[place] = count;
    for (const [name, column] of kept.columns) {
      const { v, q } = values[name] ?? { v: null, q: 0 };
      column.values[place] = this.plain(v);
      column.quality[place] = q;
      column.dirty ||= q !== 0;
    }
  }

  private plain(value: unknown): unknown {
    if (typeof value === 'number') return finite(value);
    if (typeof value !== 'object' || value === null) return value ?? null;
    const list = ArrayBuffer.isView(value) ? Array.from(value as Float64Array, finite) : value;
    if (!Array.isArray(list)) return 'values' in list ? { ...list, values: undefined } : list;
    this.listed += list.length;
    return this.listed > LISTED ? null : list;
  }

  result(): Moments {
    return {
      at: this.at,
      thinned: this.listed > LISTED,
      wires: [...this.wires.values()].map(({ node, port, key, kept }) => {
        const dirty = [...kept.columns].filter(([, column]) => column.dirty);
        return {
          node,
          port,
          key,
          moment: kept.moment,
          time: kept.time,
          count: kept.count,
          columns: Object.fromEntries([...kept.columns].map(([name, column]) => [name, column.values])),
          ...(dirty.length > 0 ? { quality: Object.fromEntries(dirty.map(([name, column]) => [name, column.quality])) } : {}),
        };
      }),
    };
  }
}
