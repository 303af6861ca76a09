import type { ReplayReport } from '#runtime/replay/report.ts';

export interface WireValue {
  /** Event time, epoch ms. */
  readonly time: number;
  readonly key: string;
  readonly values: Readonly<Record<string, { readonly v: unknown; readonly q: number }>>;
}
export interface WireLive {
  readonly last: WireValue;
  /** Records so far and, live, records per second. */
  readonly count: number;
  readonly rate?: number;
  /** Newest last, at most `RECORDS`. */
  readonly records: readonly WireValue[];
  /** Course of each numeric column, oldest first. */
  readonly course: Readonly<Record<string, readonly number[]>>;
  readonly origin?: string;
}

const RECORDS = 50;
const COURSE = 120;
/** An instance of which no wire moved for longer may have been stopped: its sources are shown from their tags again. */
const SILENT_MS = 15_000;

/**
 * Newest values on the wires. Outside React's state: values change many times a second and must redraw one node, never the canvas.
 */
export class LiveStore {
  private readonly wires = new Map<string, WireLive>();
  /** Nodes of which the running instance has told, and when it last told of any, epoch ms. */
  private readonly told = new Set<string>();
  private toldAt = Number.NEGATIVE_INFINITY;
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly all = new Set<() => void>();
  private version = 0;

  readonly get = (node: string, port: string): WireLive | undefined => this.wires.get(`${node}.${port}`);
  readonly snapshot = (): number => this.version;

  subscribe(node: string, port: string, listener: () => void): () => void {
    const id = `${node}.${port}`;
    const set = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, set);
    set.add(listener);
    return () => set.delete(listener);
  }
  readonly subscribeAll = (listener: () => void): (() => void) => {
    this.all.add(listener);
    return () => this.all.delete(listener);
  };

  /** A value of a source's tag, shown while no running instance tells what the source itself gives: one value has one row. */
  pushTag(node: string, value: WireValue, origin: string, now = Date.now()): void {
    if (now - this.toldAt > SILENT_MS) this.told.clear();
    if (!this.told.has(node)) this.push(node, 'out', value, undefined, origin);
  }

  /** A record on a wire of the running instance. */
  pushWire(node: string, port: string, value: WireValue, count: number, now = Date.now()): void {
    this.toldAt = now;
    if (!this.told.has(node)) this.wires.delete(`${node}.${port}`);
    this.told.add(node);
    this.push(node, port, value, count);
  }

  /** A new value; one that is already there (same time and key) changes nothing. */
  push(node: string, port: string, value: WireValue, count?: number, origin?: string): void {
    const id = `${node}.${port}`;
    const before = this.wires.get(id);
    if (before && before.last.time === value.time && before.last.key === value.key && (count ?? before.count) === before.count)
      return;
    const course: Record<string, readonly number[]> = { ...before?.course };
    for (const [column, { v }] of Object.entries(value.values))
      if (typeof v === 'number' || typeof v === 'boolean')
        course[column] = [...(course[column] ?? []).slice(1 - COURSE), Number(v)];
    const total = count ?? (before?.count ?? 0) + 1;
    const span = before ? (value.time - before.last.time) / 1000 : 0;
    const rate = before && span > 0 ? (total - before.count) / span : before?.rate;
    this.wires.set(id, {
      last: value,
      count: total,
      records: [...(before?.records ?? []).slice(1 - RECORDS), value],
      course,
      ...(rate === undefined || rate < 0 ? {} : { rate }),
      ...(origin === undefined ? {} : { origin }),
    });
    this.tell(id);
  }

  /** Everything anew from a finished run. */
  load(report: ReplayReport): void {
    this.wires.clear();
    for (const wire of report.wires) {
      const last = wire.last.at(-1);
      if (!last) continue;
      this.wires.set(`${wire.node}.${wire.port}`, {
        last,
        count: wire.count,
        records: wire.last,
        course: Object.fromEntries(
          Object.entries(wire.course).map(([column, { last: points }]) => [column, points.filter((point) => point !== null)]),
        ),
      });
    }
    this.tellAll();
  }

  clear(): void {
    this.wires.clear();
    this.told.clear();
    this.tellAll();
  }

  private tell(id: string): void {
    this.version++;
    for (const listener of this.listeners.get(id) ?? []) listener();
    for (const listener of this.all) listener();
  }
  private tellAll(): void {
    this.version++;
    for (const set of this.listeners.values()) for (const listener of set) listener();
    for (const listener of this.all) listener();
  }
}
