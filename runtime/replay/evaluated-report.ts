import type { WireSchema } from '#runtime/batch/schema.ts';
import type { Evaluation, WireRows } from '#runtime/compile/evaluate.ts';
import type { ProgramOutput, StepResult } from '#runtime/step/contract.ts';
import type { Answering } from './model-answers.ts';
import { MomentKeeper, type Moments, type WireMoments } from './moments.ts';
import { SeriesReducer } from './reduce.ts';
import { type ReplayReport, ReportBuilder, type WireRecord, type WireReport } from './report.ts';

/** One wire as a report tells it. Kept with its rows: while they stay, it is not made again. */
interface SummedWire {
  readonly rows: readonly (WireRows | undefined)[];
  readonly report: WireReport | undefined;
  readonly moments: Moments;
}
export type SummedWires = Map<string, SummedWire>;

const RECORDS = 50;
const KEYS = 24;
const POINTS = 240;

/**
 * The rows of all wires as the report of a run tells them. `summed` is of the evaluation before, and is brought up to date: only wires whose rows are
 * other ones are gone through.
 */
export async function reportOfEvaluation(options: {
  readonly evaluation: Evaluation;
  /** Entry times of the rows, by step. */
  readonly steps: readonly { readonly n: number; readonly clock: Float64Array }[];
  readonly window: { readonly from: number; readonly to: number };
  readonly summed: SummedWires;
  readonly answering: Answering;
  readonly durationMs: number;
}): Promise<{ readonly report: ReplayReport; readonly moments: Moments }> {
  const { evaluation, steps, window, summed } = options;
  const { check, wires } = evaluation;
  for (const name of summed.keys()) if (!wires.has(name)) summed.delete(name);
  for (const [name, rows] of wires) {
    const before = summed.get(name);
    if (before && sameRows(before.rows, rows)) continue;
    const dot = name.lastIndexOf('.');
    const [node, port] = [name.slice(0, dot), name.slice(dot + 1)];
    const schema = check.outputAt({ node, port })?.schema;
    if (schema) summed.set(name, { rows: [...rows], ...sumUp({ node, port, schema, rows, steps, window }) });
  }
  const outputs = check.document.outputs.flatMap(({ name, from }): ProgramOutput[] => {
    const schema = check.outputAt(from)?.schema;
    return schema ? [{ name, node: from.node, port: from.port, schema, sources: [] }] : [];
  });
  const builder = new ReportBuilder({ outputs, graphHash: 'pinned' }, window);
  for (const [i, step] of steps.entries()) {
    const effects = evaluation.effects[i] ?? [];
    const result: StepResult = {
      outputs: outputs.flatMap(({ node, port }, output) => {
        const rows = wires.get(`${node}.${port}`)?.[i];
        return rows ? [{ output, ...rows }] : [];
      }),
      effects,
      alarms: evaluation.alarms[i] ?? [],
      dead: evaluation.dead[i] ?? [],
      late: i === 0 ? evaluation.late : {},
      wakeAt: null,
    };
    // The tick at the end is no record.
    builder.take(result, i === steps.length - 1 ? 0 : step.n);
    for (const effect of effects) builder.takeEffect(effect, await options.answering(effect));
  }
  const found = [...summed.values()];
  const report = builder.build('corrected', options.durationMs);
  return {
    report: { ...report, wires: found.flatMap(({ report: wire }) => (wire ? [wire] : [])) },
    moments: together(found.map(({ moments }) => moments)),
  };
}

const sameRows = (a: readonly (WireRows | undefined)[], b: readonly (WireRows | undefined)[]): boolean =>
  a.length === b.length && a.every((rows, i) => rows === b[i]);

function sumUp(of: {
  readonly node: string;
  readonly port: string;
  readonly schema: WireSchema;
  readonly rows: readonly (WireRows | undefined)[];
  readonly steps: readonly { readonly clock: Float64Array }[];
  readonly window: { readonly from: number; readonly to: number };
}): Omit<SummedWire, 'rows'> {
  const { node, port, schema, window } = of;
  const names = Object.keys(schema.columns);
  const span = Math.max(1, window.to - window.from);
  const keeper = new MomentKeeper(window);
  const counts = new Map<string, number>();
  const last: WireRecord[] = [];
  const reducers = new Map<string, SeriesReducer>();
  let total = 0;
  let first: string | undefined;
  const recordAt = (rows: WireRows, row: number): WireRecord => ({
    time: rows.time[row] ?? 0,
    key: rows.key[row] ?? '',
    values: Object.fromEntries(
      names.map((name, at) => [
        name,
        { v: shown(rows.columns[at]?.[row], schema.columns[name]?.type), q: rows.quality[at]?.[row] ?? 0 },
      ]),
    ),
  });
  for (const [i, rows] of of.rows.entries()) {
    if (!rows || rows.n === 0) continue;
    total += rows.n;
    first ??= rows.key[0];
    const clock = of.steps[i]?.clock;
    const clockOf = (row: number) => clock?.[rows.row[row] ?? 0] ?? window.from;
    let bucket = -1;
    /** The newest row of each key since the last moment that was told. */
    let newest = new Map<string, number>();
    const tell = (at: number) => {
      const probes = [...newest].map(([key, row]) => ({ node, port, count: counts.get(key) ?? 0, ...recordAt(rows, row), key }));
      keeper.take(probes, at);
      newest = new Map();
    };
    for (let row = 0; row < rows.n; row++) {
      const at = clockOf(row);
      const mine = Math.floor(((at - window.from) / span) * POINTS);
      if (mine !== bucket && newest.size > 0) tell(clockOf(row - 1));
      bucket = mine;
      const key = rows.key[row] ?? '';
      if (!counts.has(key) && counts.size >= KEYS) continue;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      newest.set(key, row);
    }
    if (newest.size > 0) tell(clockOf(rows.n - 1));
    for (let row = Math.max(0, rows.n - RECORDS); row < rows.n; row++) last.push(recordAt(rows, row));
    for (const [at, name] of names.entries()) {
      const column = rows.columns[at];
      if (!(column instanceof Float64Array) || schema.columns[name]?.type === 'time') continue;
      const reducer = reducers.get(name) ?? new SeriesReducer(window.from, window.to, POINTS);
      reducers.set(name, reducer);
      for (let row = 0; row < rows.n; row++)
        if (rows.key[row] === first) reducer.add(rows.time[row] ?? 0, column[row] ?? Number.NaN);
    }
  }
  const course = Object.fromEntries([...reducers].map(([name, reducer]) => [name, reducer.result()]));
  const report = total > 0 ? { node, port, count: total, last: last.slice(-RECORDS), course } : undefined;
  return { report, moments: keeper.result() };
}

/** As a probe gives it: switches are true or false, typed lists plain. */
function shown(value: unknown, type: string | undefined): unknown {
  if (type === 'boolean' && typeof value === 'number') return Number.isNaN(value) ? null : value === 1;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float64Array).slice(0, 4096);
  return value ?? null;
}

/** The moments of all wires on one axis. */
function together(parts: readonly Moments[]): Moments {
  const at = [...new Set(parts.flatMap((part) => part.at))].sort((a, b) => a - b);
  const place = new Map(at.map((time, i) => [time, i]));
  return {
    at,
    thinned: parts.some((part) => part.thinned),
    wires: parts.flatMap((part) =>
      part.wires.map((wire): WireMoments => ({ ...wire, moment: wire.moment.map((i) => place.get(part.at[i] ?? 0) ?? 0) })),
    ),
  };
}
