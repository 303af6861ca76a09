import type { GraphCheck } from '#runtime/graph/check.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import type { ParameterValues } from '#runtime/graph/params.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import type {
  AlarmCondition,
  DeadRow,
  EffectRequest,
  OutputRows,
  Program,
  SourceRows,
  StepInput,
  Stepper,
} from '#runtime/step/contract.ts';
import { buildProgram, checkApp } from './compile.ts';
import { changedNodes, cutAt, cutName, downstreamOf } from './cut.ts';

/**
 * Rows on every wire of a graph over given rows, and again after a change: only what stands behind the change is computed, from the kept rows of the
 * wires that enter it. Same rows as from the whole graph, to the bit (`cut.test.ts`).
 *
 *     const first = await evaluate({ document, catalogue, steps, stepper });
 *     const next = await evaluate({ document: edited, catalogue, steps, stepper, before: first.evaluation });
 */

/** What left a port in one step; columns in the order of the wire's schema. */
export interface WireRows extends Omit<OutputRows, 'output'> {
  /** Where rows of one `row` stand: time of the timer that a row came of, Infinity for rows that came of the entry. */
  readonly at: Float64Array;
}

export interface Evaluation {
  readonly check: GraphCheck;
  /** By `cutName` of the port, one entry a step; absent where nothing came. */
  readonly wires: ReadonlyMap<string, readonly (WireRows | undefined)[]>;
  /** By step; `row` counts in the step. */
  readonly effects: readonly (readonly EffectRequest[])[];
  readonly alarms: readonly (readonly AlarmCondition[])[];
  readonly dead: readonly (readonly DeadRow[])[];
  /** Late rows by node, all steps together. */
  readonly late: Readonly<Record<string, number>>;
  /** Nodes that were computed; of the others the rows are those from before. */
  readonly computed: readonly string[];
}

export interface EvaluateOptions {
  readonly document: GraphDocument;
  readonly catalogue: ProgramCatalogue;
  readonly parameters?: ParameterValues;
  /** A step's rows by the node of the source; the same for every evaluation that goes on from another. */
  readonly steps: readonly EvaluatedStep[];
  /** Makes a program ready: `createStepper` of `runtime/sandbox` wherever its code is not ours. It is disposed here. */
  readonly stepper: (program: Program) => Stepper | Promise<Stepper>;
  /** Go on from here: what did not change is taken from it. Its steps must be these. */
  readonly before?: Evaluation;
  /** Values kept at most, all wires together. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}
/** As `StepInput`, its sources by node instead of by number: numbers belong to one program. */
export interface EvaluatedStep extends Omit<StepInput, 'sources'> {
  readonly sources: readonly (Omit<SourceRows, 'source'> & { readonly node: string })[];
}

/** 20 M values are about 200 MB. */
export const MOST_VALUES = 20_000_000;

export class TooManyValues extends Error {
  readonly most: number;
  constructor(most: number) {
    super(`The wires together carry more than ${most} values: choose a shorter stretch.`);
    this.most = most;
  }
}

/** @throws {TooManyValues}; `signal.reason` when aborted; whatever the stepper throws when the program fails. */
export async function evaluate(
  options: EvaluateOptions,
): Promise<
  { readonly ok: true; readonly evaluation: Evaluation } | { readonly ok: false; readonly problems: readonly GraphProblem[] }
> {
  const { document, catalogue, before, steps, signal } = options;
  const check = checkApp(document, catalogue, options.parameters);
  if (check.problems.some((p) => p.severity === 'error')) return { ok: false, problems: check.problems };
  const dirty = before ? downstreamOf(check, changedNodes(before.check, check)) : new Set(check.nodes.keys());
  const wires = new Map<string, (WireRows | undefined)[]>();
  for (const [id, { outputs }] of check.nodes)
    for (const port of Object.keys(outputs)) {
      const name = cutName({ node: id, port });
      wires.set(name, dirty.has(id) ? steps.map(() => undefined) : [...(before?.wires.get(name) ?? [])]);
    }
  const kept = <T extends { readonly node: string }>(list: readonly (readonly T[])[] = []): T[][] =>
    steps.map((_, i) => (list[i] ?? []).filter(({ node }) => check.nodes.has(node) && !dirty.has(node)));
  const [effects, alarms, dead] = [kept(before?.effects), kept(before?.alarms), kept(before?.dead)];
  const late = Object.fromEntries(
    Object.entries(before?.late ?? {}).filter(([node]) => check.nodes.has(node) && !dirty.has(node)),
  );
  const evaluation = { check, wires, effects, alarms, dead, late, computed: [...dirty] };
  if (dirty.size === 0) return { ok: true, evaluation };

  const made = await buildProgram(document, cutAt(check, dirty), { catalogue, positions: true });
  if (!made.ok) return made;
  const { program } = made;
  const most = options.most ?? MOST_VALUES;
  let values = 0;
  for (const [name, list] of wires)
    if (!dirty.has(name.slice(0, name.lastIndexOf('.')))) for (const rows of list) values += sizeOf(rows);
  const place = new Map(check.order.map((id, i) => [id, i]));
  const stepper = await options.stepper(program);
  try {
    for (const [i, step] of steps.entries()) {
      signal?.throwIfAborted();
      const result = await stepper.step(inputOf(program, step, (name) => wires.get(name)?.[i]));
      for (const { output, ...rows } of result.outputs) {
        const name = program.info.outputs[output]?.name;
        const list = name === undefined ? undefined : wires.get(name);
        const kept = {
          ...rows,
          columns: rows.columns.slice(0, -1),
          quality: rows.quality.slice(0, -1),
          at: rows.columns.at(-1) as Float64Array,
        };
        if (list) list[i] = kept;
        values += sizeOf(kept);
      }
      if (values > most) throw new TooManyValues(most);
      const inOrder = (a: { row: number; node: string }, b: { row: number; node: string }) =>
        a.row - b.row || (place.get(a.node) ?? 0) - (place.get(b.node) ?? 0);
      effects[i]?.push(...result.effects);
      alarms[i]?.push(...result.alarms);
      dead[i]?.push(...result.dead);
      for (const list of [effects[i], alarms[i], dead[i]]) list?.sort(inOrder);
      for (const [node, n] of Object.entries(result.late)) late[node] = (late[node] ?? 0) + n;
    }
  } finally {
    stepper.dispose();
  }
  return { ok: true, evaluation };
}

const sizeOf = (rows: WireRows | undefined): number => (rows ? rows.n * (rows.columns.length + 3) : 0);

/** The step as the program takes it: given rows for its real sources, kept rows for those that stand for a wire. */
function inputOf(program: Program, step: EvaluatedStep, kept: (name: string) => WireRows | undefined): StepInput {
  const words = [...step.words];
  const codes = new Map(words.map((word, code) => [word, code]));
  const codeOf = (word: string): number => {
    const code = codes.get(word) ?? words.push(word) - 1;
    codes.set(word, code);
    return code;
  };
  const sources = program.info.sources.flatMap(({ node }, source): SourceRows[] => {
    const given = step.sources.find((s) => s.node === node);
    if (given) {
      const { node: _node, ...rows } = given;
      return [{ source, ...rows }];
    }
    const rows = kept(node);
    if (!rows || rows.n === 0) return [];
    const columns = [...rows.columns, rows.at];
    return [{ source, ...rows, columns, quality: [...rows.quality, undefined], key: Int32Array.from(rows.key, codeOf) }];
  });
  return { ...step, words, sources };
}
