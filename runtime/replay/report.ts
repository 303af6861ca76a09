import type { ColumnSchema, WireKind } from '#runtime/batch/schema.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type {
  AlarmCondition,
  DeadRow,
  EffectRequest,
  OutputRows,
  ProbeValue,
  ProgramInfo,
  StepResult,
} from '#runtime/step/contract.ts';
import type { ModelAnswer } from './model-answers.ts';
import { finite, type ReducedSeries, SeriesReducer } from './reduce.ts';

/** What a test, backtest or proof gives; plain JSON, kept with the run. */
export interface ReplayReport {
  readonly graphHash: string;
  /** Epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  readonly input: 'arrived' | 'corrected';
  readonly rows: number;
  readonly steps: number;
  /** Wall time of the run, ms. */
  readonly durationMs: number;
  readonly outputs: readonly OutputReport[];
  readonly alarms: { readonly total: number; readonly list: readonly AlarmReport[] };
  readonly effects: {
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
    /** Effects whose answer nobody can know in a run that performs nothing. */
    readonly unknown: number;
    /** Effects that got the answer which the same request got then. */
    readonly recorded?: number;
    readonly list: readonly EffectReport[];
  };
  readonly dead: { readonly total: number; readonly list: readonly Omit<DeadRow, 'row'>[] };
  readonly late: Readonly<Record<string, number>>;
  readonly wires: readonly WireReport[];
  /** Where data *as they arrived* came from. */
  readonly source?: ReplaySource;
  /** Waves whose samples are no longer kept, though the rows that name them are: those rows came as bad:missing. */
  readonly wavesGone?: number;
}

/** Data as they arrived, from the best that is still kept. */
export type ReplaySource =
  /** The version's own journal, from the state before the window (`begin`: time of its first entry): the steps that it took, compared with what it committed then. */
  | {
      readonly kind: 'journal';
      readonly steps: number;
      readonly different: number;
      readonly firstDifferent?: number;
      readonly begin?: number;
    }
  /** Lanes of the log and its archives by append time; the run began with empty state. */
  | { readonly kind: 'log' }
  /** The log does not reach back so far: the historian's samples by their append time; the run began with empty state. */
  | { readonly kind: 'history' };

export interface OutputReport {
  readonly name: string;
  readonly node: string;
  readonly port: string;
  readonly kind: WireKind;
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnSchema>>;
  readonly series: readonly { readonly key: string; readonly column: string; readonly points: ReducedSeries }[];
  /** Newest record per key, in full; the newest frame of a frame output (its columns are lists). */
  readonly last: Readonly<Record<string, { readonly time: number; readonly values: Readonly<Record<string, unknown>> }>>;
}
export interface AlarmReport {
  readonly node: string;
  readonly key: string;
  readonly priority: number;
  readonly message: Bilingual;
  readonly from: number;
  /** Absent while it still stands at the end of the window. */
  readonly to?: number;
  readonly value?: number;
  readonly limit?: number;
  readonly unit?: string;
}
export interface EffectReport {
  readonly time: number;
  readonly node: string;
  readonly key: string;
  readonly kind: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer: ModelAnswer;
}
/** What was on one wire: the last record of every key and, of numeric columns, their course. */
export interface WireReport {
  readonly node: string;
  readonly port: string;
  readonly count: number;
  readonly last: readonly WireRecord[];
  /** By column, of the first key. */
  readonly course: Readonly<Record<string, ReducedSeries>>;
}
export interface WireRecord {
  readonly time: number;
  readonly key: string;
  readonly values: Readonly<Record<string, { readonly v: unknown; readonly q: number }>>;
}

/** Lists in a report end here; totals go on counting. A person reads some dozens, and a report must load at once. */
const LIST = 500;
const KEYS = 24;
const RECORDS = 50;
/** Longest frame column kept, points. */
const FRAME = 4096;

interface KeptWire {
  readonly node: string;
  readonly port: string;
  /** Records so far, by key. */
  readonly counts: Map<string, number>;
  readonly last: WireRecord[];
  /** Key whose course is kept. */
  readonly first: string;
  readonly course: Map<string, SeriesReducer>;
}

export class ReportBuilder {
  rows = 0;
  steps = 0;
  private readonly info: Pick<ProgramInfo, 'outputs' | 'graphHash'>;
  private readonly window: { readonly from: number; readonly to: number };
  private readonly outputs: {
    rows: number;
    series: Map<string, SeriesReducer>;
    last: Map<string, { time: number; values: Record<string, unknown> }>;
  }[];
  private readonly alarms: AlarmReport[] = [];
  private readonly standing = new Map<string, AlarmReport & { to?: number }>();
  private alarmTotal = 0;
  private readonly effects: EffectReport[] = [];
  private readonly effectKinds: Record<string, number> = {};
  private effectTotal = 0;
  private unknown = 0;
  private recorded = 0;
  private readonly dead: Omit<DeadRow, 'row'>[] = [];
  private deadTotal = 0;
  private readonly late: Record<string, number> = {};
  private readonly wires = new Map<string, KeptWire>();

  constructor(info: Pick<ProgramInfo, 'outputs' | 'graphHash'>, window: { readonly from: number; readonly to: number }) {
    this.info = info;
    this.window = window;
    this.outputs = info.outputs.map(() => ({ rows: 0, series: new Map(), last: new Map() }));
  }

  take(result: StepResult, rows: number): void {
    this.rows += rows;
    this.steps++;
    for (const output of result.outputs) this.takeOutput(output);
    for (const alarm of result.alarms) this.takeAlarm(alarm);
    for (const { row: _row, ...dead } of result.dead) {
      this.deadTotal++;
      if (this.dead.length < LIST) this.dead.push(dead);
    }
    for (const [node, count] of Object.entries(result.late)) this.late[node] = (this.late[node] ?? 0) + count;
    for (const probe of result.probes ?? []) this.takeProbe(probe);
  }

  takeEffect(effect: EffectRequest, answer: ModelAnswer): void {
    this.effectTotal++;
    this.effectKinds[effect.kind] = (this.effectKinds[effect.kind] ?? 0) + 1;
    if (answer.unknown) this.unknown++;
    if (answer.recorded) this.recorded++;
    if (this.effects.length < LIST) {
      const { time, node, key, kind, request } = effect;
      this.effects.push({ time, node, key, kind, request, answer });
    }
  }

  get effectCount(): number {
    return this.effectTotal;
  }

  private takeOutput(rows: OutputRows): void {
    const kept = this.outputs[rows.output];
    const schema = this.info.outputs[rows.output]?.schema;
    if (!kept || !schema) return;
    kept.rows += rows.n;
    const names = Object.keys(schema.columns);
    for (let row = 0; row < rows.n; row++) {
      const key = rows.key[row] ?? '';
      const time = rows.time[row] ?? 0;
      if (!kept.last.has(key) && kept.last.size >= KEYS) continue;
      const values: Record<string, unknown> = {};
      names.forEach((name, at) => {
        const value = rows.columns[at]?.[row];
        const type = schema.columns[name]?.type;
        values[name] = schema.kind === 'frame' ? plainList(value) : plain(value, type === 'boolean');
        if (schema.kind === 'stream' && typeof value === 'number' && type !== 'time') {
          const id = `${name}\n${key}`;
          const reducer = kept.series.get(id) ?? new SeriesReducer(this.window.from, this.window.to);
          kept.series.set(id, reducer);
          reducer.add(time, value);
        }
      });
      kept.last.set(key, { time, values });
    }
  }

  private takeAlarm(alarm: AlarmCondition): void {
    const id = `${alarm.node}\n${alarm.key}`;
    const standing = this.standing.get(id);
    if (alarm.active && !standing) {
      const { node, key, priority, message, time: from } = alarm;
      const entry: AlarmReport & { to?: number } = {
        node,
        key,
        priority,
        message,
        from,
        ...(alarm.value === undefined ? {} : { value: alarm.value }),
        ...(alarm.limit === undefined ? {} : { limit: alarm.limit }),
        ...(alarm.unit === undefined ? {} : { unit: alarm.unit }),
      };
      this.alarmTotal++;
      if (this.alarms.length < LIST) this.alarms.push(entry);
      this.standing.set(id, entry);
    } else if (!alarm.active && standing) {
      standing.to = alarm.time;
      this.standing.delete(id);
    }
  }

  private takeProbe(probe: ProbeValue): void {
    const id = `${probe.node}\n${probe.port}`;
    const wire: KeptWire = this.wires.get(id) ?? {
      node: probe.node,
      port: probe.port,
      counts: new Map(),
      last: [],
      first: probe.key,
      course: new Map(),
    };
    this.wires.set(id, wire);
    const before = wire.counts.get(probe.key) ?? 0;
    // A probe is the newest value since the start: nothing came when its count did not grow.
    if (probe.count === before) return;
    if (wire.counts.has(probe.key) || wire.counts.size < KEYS) wire.counts.set(probe.key, probe.count);
    const values = Object.fromEntries(Object.entries(probe.values).map(([name, { v, q }]) => [name, { v: plainList(v), q }]));
    wire.last.push({ time: probe.time, key: probe.key, values });
    if (wire.last.length > RECORDS) wire.last.shift();
    if (probe.key !== wire.first) return;
    for (const [name, { v }] of Object.entries(probe.values)) {
      if (typeof v !== 'number' && typeof v !== 'boolean') continue;
      const reducer = wire.course.get(name) ?? new SeriesReducer(this.window.from, this.window.to, 240);
      wire.course.set(name, reducer);
      reducer.add(probe.time, Number(v));
    }
  }

  build(input: 'arrived' | 'corrected', durationMs: number): ReplayReport {
    return {
      graphHash: this.info.graphHash,
      window: this.window,
      input,
      rows: this.rows,
      steps: this.steps,
      durationMs: Math.round(durationMs),
      outputs: this.info.outputs.map((output, at) => ({
        name: output.name,
        node: output.node,
        port: output.port,
        kind: output.schema.kind,
        columns: output.schema.columns,
        rows: this.outputs[at]?.rows ?? 0,
        series: [...(this.outputs[at]?.series ?? [])].map(([id, reducer]) => {
          const [column = '', key = ''] = id.split('\n');
          return { key, column, points: reducer.result() };
        }),
        last: Object.fromEntries(this.outputs[at]?.last ?? []),
      })),
      alarms: { total: this.alarmTotal, list: this.alarms },
      effects: {
        total: this.effectTotal,
        byKind: this.effectKinds,
        unknown: this.unknown,
        recorded: this.recorded,
        list: this.effects,
      },
      dead: { total: this.deadTotal, list: this.dead },
      late: this.late,
      wires: [...this.wires.values()].map((wire) => ({
        node: wire.node,
        port: wire.port,
        count: [...wire.counts.values()].reduce((a, b) => a + b, 0),
        last: wire.last,
        course: Object.fromEntries([...wire.course].map(([name, reducer]) => [name, reducer.result()])),
      })),
    };
  }
}

const plain = (value: unknown, flag: boolean): unknown =>
  typeof value === 'number' ? (flag ? value === 1 : finite(value)) : plainList(value);

/** Typed arrays and waves become short plain lists. */
function plainList(value: unknown): unknown {
  if (typeof value === 'number') return finite(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as Float64Array)
      .slice(0, FRAME)
      .map(finite);
  if (Array.isArray(value)) return value.slice(0, FRAME).map((item) => (typeof item === 'number' ? finite(item) : item));
  if (typeof value === 'object' && value !== null && 'values' in value) {
    const { values: _samples, ...rest } = value;
    return rest;
  }
  return value ?? null;
}
