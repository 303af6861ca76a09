/** A graph over the recorded data of a plant, in this process: runs of the studio, `mw backtest` and `mw replay` all go through here. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { Db } from '#drizzle/client.ts';
import { appVersion, installation, instance, tag } from '#drizzle/schema/index.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import { readSlices } from '#runtime/historian/slices.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { modelAnswers } from '#runtime/replay/model-answers.ts';
import { replay } from '#runtime/replay/replay.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import { scheduleRows } from '#runtime/replay/schedule-rows.ts';
import { type Timeline, timelineOf } from '#runtime/replay/timeline.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import type { SourceBinding } from '#runtime/step/build-input.ts';
import type { Program, ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { conversion } from '#runtime/units/units.ts';
import { stretchOf, wavesIn } from './replay-rows.ts';
import { RunFailed } from './run-failed.ts';
import { fetchWaves } from './waves.ts';

export interface ReplayTools {
  readonly db: Db;
  readonly readLog: HistoryReader['readLog'];
  readonly blobs: BlobStore;
  /** Where files of old samples stand; the process' data folder unless given. */
  readonly dataFolder?: string;
  /** The isolate cannot be interrupted: this process must be replaced after what runs beside it. */
  readonly onFatal: (error: SandboxError) => void;
}

/** A graph's bytes and their hash. */
export interface GraphText {
  readonly graph: string;
  readonly graphHash: string;
}
export type ReplayWish = GraphText &
  Pick<RunRequest, 'key' | 'bindings' | 'parameters' | 'window' | 'input' | 'confirmations'> & {
    /** The last value of every wire is kept, at a cost; where only outputs are wanted, a plain program is faster. */
    readonly wires: boolean;
    /** Whose zone and shifts schedules go by; absent = UTC, no shifts. */
    readonly assetId?: string;
    /** As it arrived: what came later than this is left out, epoch ms; absent = all samples of the window, however late. */
    readonly arrivedBy?: number;
  };

export interface Watching {
  readonly signal?: AbortSignal;
  /** Share that is done, 0..1. */
  onProgress?(done: number): void;
  /** Must not keep hold of it. */
  onResult?(result: StepResult, info: ProgramInfo): void;
}

/** @throws {RunFailed} for a graph that does not compile or units that do not fit; what `replay` throws. */
export async function replayGraph(
  tools: ReplayTools,
  orgId: string,
  wish: ReplayWish,
  watching: Watching,
): Promise<ReplayReport> {
  const document = graphDocument.parse(JSON.parse(wish.graph));
  const program = await compile(document, wish);
  const { info } = program;
  const bindings = await bindingsOf(tools.db, orgId, wish, info, document);
  const stepper = await createStepper(program, { onFatal: tools.onFatal });
  const { signal, onProgress, onResult } = watching;
  try {
    return await replay({
      info,
      stepper,
      window: wish.window,
      input: wish.input,
      stretches: stretches(tools, orgId, wish, info, bindings),
      answering: modelAnswers(wish.confirmations),
      ...(onProgress ? { onProgress } : {}),
      ...(onResult ? { onResult: (result: StepResult) => onResult(result, info) } : {}),
      ...(signal ? { signal } : {}),
      now: () => performance.now(),
    });
  } finally {
    stepper.dispose();
  }
}

async function compile(document: GraphDocument, { graphHash, parameters, wires }: ReplayWish): Promise<Program> {
  const made = await compileGraph(document, { catalogue: loadCatalogue(), parameters, graphHash, instrumented: wires });
  if (made.ok) return made.program;
  const [first] = made.problems.filter((problem) => problem.severity === 'error');
  throw new RunFailed({
    code: first?.code ?? 'compile',
    message: first?.message.en ?? 'The graph does not compile.',
    ...(first ? { zh: first.message.zh } : { zh: '流程图无法编译。' }),
    ...(first?.node ? { node: first.node } : {}),
    ...(first?.line === undefined ? {} : { line: first.line }),
  });
}

/** Tags of the own organization only; values are converted to the role's unit. */
async function bindingsOf(
  db: Db,
  orgId: string,
  wish: ReplayWish,
  info: ProgramInfo,
  document: GraphDocument,
): Promise<SourceBinding[]> {
  const ids = Object.values(wish.bindings).flatMap((binding) => (binding ? [binding.tagId] : []));
  const tags = ids.length
    ? await db
        .select()
        .from(tag)
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)))
    : [];
  const roles = new Map(document.roles.map((role) => [role.name, role]));
  return info.sources.flatMap((source, at): SourceBinding[] => {
    const bound = tags.find((row) => row.id === wish.bindings[source.role ?? '']?.tagId);
    if (!bound || source.role === undefined) return [];
    const unit = roles.get(source.role)?.unit;
    const plain = !unit || !bound.unit || unit === bound.unit || bound.type === 'boolean' || bound.type === 'text';
    const found = plain ? { ok: true as const, gain: 1, offset: 0 } : conversion(bound.unit ?? '1', unit ?? '1');
    if (!found.ok)
      throw new RunFailed({
        code: 'role-unit',
        message: `Tag '${bound.name}' is in ${bound.unit}, which cannot be converted to ${unit}.`,
        zh: `测点“${bound.name}”的单位为 ${bound.unit}，无法换算为 ${unit}。`,
        node: source.node,
      });
    return [{ source: at, tag: bound.id, key: wish.key, gain: found.gain, offset: found.offset }];
  });
}

async function* stretches(
  tools: ReplayTools,
  orgId: string,
  { window, input, arrivedBy, assetId, key }: ReplayWish,
  info: ProgramInfo,
  bindings: readonly SourceBinding[],
): AsyncGenerator<Timeline> {
  const { db: tx, readLog, dataFolder } = tools;
  const reader: HistoryReader = { tx, orgId, readLog, ...(dataFolder === undefined ? {} : { dataFolder }) };
  const ids = [...new Set(bindings.map((binding) => binding.tag))];
  const arrived = input === 'arrived';
  const scheduled = info.sources.some((s) => s.schedule);
  const place = scheduled ? await placeOf(tools.db, orgId, assetId ?? null) : { zone: 'UTC' };
  let ticked = window.from - 1;
  /** Ticks up to a moment, once. */
  const ticksTo = (to: number) => {
    const from = ticked;
    if (!scheduled || to <= from) return [];
    ticked = to;
    return scheduleRows(info, { place, key, from, to, arrived });
  };
  let since: number | undefined;
  if (ids.length > 0)
    for await (const slices of readSlices(reader, ids, window, input)) {
      const waves = await fetchWaves(tools.db, tools.blobs, orgId, wavesIn(slices));
      const ends = slices.map(({ samples }) => (arrived ? samples.at : samples.time).at(-1) ?? window.from);
      const ticks = ticksTo(Math.min(window.to - 1, Math.max(...ends)));
      const line = stretchOf(info, bindings, slices, input, waves, since, ticks);
      const n = arrivedBy === undefined ? line.n : line.clock.findLastIndex((at) => at <= arrivedBy) + 1;
      if (n === 0) continue;
      if (arrived) since = line.clock[n - 1];
      yield { ...line, n };
    }
  const rest = ticksTo(Math.min(window.to - 1, arrivedBy ?? window.to));
  if (rest.length > 0) yield timelineOf(rest, since);
}

/** The version that runs on the asset now, with its installation's parameters. */
export async function liveGraph(db: Db, orgId: string, appId: string | null, assetId: string) {
  if (!appId) return undefined;
  const [live] = await db
    .select({
      graph: appVersion.graph,
      graphHash: appVersion.graphHash,
      version: appVersion.version,
      parameters: installation.parameters,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.orgId, orgId), eq(installation.appId, appId), eq(instance.assetId, assetId)))
    .orderBy(desc(instance.updatedAt))
    .limit(1);
  return live;
}
