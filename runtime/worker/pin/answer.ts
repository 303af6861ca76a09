import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { type Evaluation, evaluate, TooManyValues } from '#runtime/compile/evaluate.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { reportOfEvaluation, type SummedWires } from '#runtime/replay/evaluated-report.ts';
import { MomentKeeper } from '#runtime/replay/moments.ts';
import type { PinReport, PinSource } from '#runtime/replay/pin.ts';
import { replay } from '#runtime/replay/replay.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { compileWish, type ReplayTools, replayGraph } from '../replay-graph.ts';
import { RunFailed } from '../run-failed.ts';
import { type PinnedRows, type PinWish, readRows, signatureOf, wishOf } from './rows.ts';

/** What a worker holds of one person's window: rows, what was on every wire, and what a report said of each. */
export interface Held {
  rows?: PinnedRows;
  evaluation?: Evaluation;
  summed: SummedWires;
  /** Something acts and wants answers, which a graph cut into parts does not get: it is run whole. */
  whole: boolean;
}
export const nothingHeld = (): Held => ({ summed: new Map(), whole: false });

/** A step that a person waits for: of 4,000 rows on every port. */
const LIMITS = { rows: 1_000_000, bytes: 256 << 20, memoryMb: 256 };

/**
 * Runs a draft over pinned rows with every effect captured. What did not change since the question before is taken from there.
 * @throws {RunFailed}, `SandboxError`, `ReplayStopped`; `signal.reason` when aborted
 */
export async function answerPin(tools: ReplayTools, held: Held, wish: PinWish, signal: AbortSignal): Promise<PinReport> {
  const begun = performance.now();
  const document = graphDocument.parse(JSON.parse(wish.graph));
  const there = held.rows?.signature === signatureOf(document, wish);
  if (!there) {
    Object.assign(held, nothingHeld());
    delete held.evaluation;
    held.rows = await readRows(tools, wish, signal);
  }
  const { rows } = held;
  if (!rows) throw new Error('no rows');
  const readMs = performance.now() - begun;
  const pinned = { held: there, readMs, compileMs: 0, runMs: 0, ...(rows.badCells ? { badCells: rows.badCells } : {}) };
  if (!held.whole) {
    const report = await inParts(tools, held, rows, document, wish, signal);
    if (report) return { ...report, pinned: { ...pinned, ...report.pinned } };
    held.whole = true;
    delete held.evaluation;
    held.summed.clear();
  }
  return inWhole(tools, rows, document, wish, signal, pinned);
}

type Parts = Omit<PinReport, 'pinned'> & { readonly pinned: Pick<PinReport['pinned'], 'runMs' | 'again'> };

/** Undefined when something acted. */
async function inParts(
  tools: ReplayTools,
  held: Held,
  rows: PinnedRows,
  document: GraphDocument,
  wish: PinWish,
  signal: AbortSignal,
): Promise<Parts | undefined> {
  const begun = performance.now();
  const { evaluation: before } = held;
  const made = await evaluate({
    document,
    catalogue: loadCatalogue(),
    parameters: wish.parameters,
    steps: rows.steps,
    stepper: (program) => createStepper(program, { onFatal: tools.onFatal, ...LIMITS }),
    signal,
    ...(before ? { before } : {}),
  }).catch((error: unknown) => {
    if (error instanceof TooManyValues)
      throw new RunFailed({
        code: 'pin.values',
        message: error.message,
        zh: `各连线上的数值合计超过 ${error.most} 个，请缩短时段。`,
      });
    // More acts in a step than it may give: the whole run gives them piece by piece.
    if (error instanceof SandboxError && error.code !== 'STUCK' && error.code !== 'TIMEOUT') return undefined;
    throw error;
  });
  if (!made) return undefined;
  if (!made.ok) throw wontCompile(made.problems);
  const { evaluation } = made;
  if (evaluation.effects.some((list) => list.length > 0)) return undefined;
  held.evaluation = evaluation;
  const runMs = performance.now() - begun;
  const { report, moments } = await reportOfEvaluation({
    evaluation,
    steps: rows.steps,
    window: rows.window,
    summed: held.summed,
    answering: rows.answering,
    durationMs: runMs,
  });
  return { ...report, moments, pinned: { runMs, ...(before ? { again: evaluation.computed } : {}) } };
}

async function inWhole(
  tools: ReplayTools,
  rows: PinnedRows,
  document: GraphDocument,
  wish: PinWish,
  signal: AbortSignal,
  pinned: PinReport['pinned'],
): Promise<PinReport> {
  const begun = performance.now();
  const program = await compileWish(document, wishOf(wish, rows.window));
  const compiled = performance.now();
  const stepper = await createStepper(program, { onFatal: tools.onFatal });
  const keeper = new MomentKeeper(rows.window);
  try {
    const report = await replay({
      info: program.info,
      stepper,
      window: rows.window,
      input: 'corrected',
      stretches: rows.lines,
      answering: rows.answering,
      onResult: (result, clock) => keeper.take(result.probes ?? [], clock),
      signal,
      now: () => performance.now(),
    });
    const times = { compileMs: compiled - begun, runMs: performance.now() - compiled };
    return { ...report, moments: keeper.result(), pinned: { ...pinned, ...times } };
  } finally {
    stepper.dispose();
  }
}

/** What a running version did: its own journal over again, where that is still there. */
export async function answerPast(
  tools: ReplayTools,
  orgId: string,
  source: Extract<PinSource, { kind: 'past' }>,
  live: PastVersion,
  watching: { readonly signal: AbortSignal; onProgress(done: number): void },
): Promise<PinReport> {
  const begun = performance.now();
  const keeper = new MomentKeeper(source.window);
  const report = await replayGraph(
    tools,
    orgId,
    {
      ...live,
      window: source.window,
      input: 'arrived',
      confirmations: 'none',
      wires: true,
      beside: source.instanceId,
    },
    { ...watching, onResult: (result, _info, clock) => keeper.take(result.probes ?? [], clock) },
  );
  const pinned = { held: false, readMs: 0, compileMs: 0, runMs: performance.now() - begun };
  return { ...report, moments: keeper.result(), pinned };
}

/** The version that runs, with what it is bound to. */
export interface PastVersion {
  readonly graph: string;
  readonly graphHash: string;
  readonly key: string;
  readonly bindings: Readonly<Record<string, { readonly tagId: number } | null>>;
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  readonly assetId?: string;
}

function wontCompile(problems: readonly GraphProblem[]): RunFailed {
  const [first] = problems.filter((problem) => problem.severity === 'error');
  return new RunFailed({
    code: first?.code ?? 'compile',
    message: first?.message.en ?? 'The graph does not compile.',
    zh: first?.message.zh ?? '流程图无法编译。',
    ...(first?.node ? { node: first.node } : {}),
    ...(first?.line === undefined ? {} : { line: first.line }),
  });
}
