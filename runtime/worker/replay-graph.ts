/** A graph over the recorded data of a plant, in this process: runs of the studio, `mw backtest` and `mw replay` all go through here. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { boundTags, tagsOf } from '#drizzle/bindings.ts';
import type { Db } from '#drizzle/client.ts';
import { appVersion, checkpoint, installation, instance, program as programTable, shard, tag } from '#drizzle/schema/index.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { computing } from '#runtime/compute/answering.ts';
import type { ComputePool } from '#runtime/compute/pool.ts';
import { EFFECT_KINDS } from '#runtime/effects/requests.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import { openArchivedLog } from '#runtime/log/archive-reader.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { type LogReader, LogTruncatedError } from '#runtime/log/reader.ts';
import { type Answering, modelAnswers } from '#runtime/replay/model-answers.ts';
import { replay } from '#runtime/replay/replay.ts';
import type { ReplayReport, ReplaySource } from '#runtime/replay/report.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import { rerun } from '#runtime/replay/rerun.ts';
import type { Timeline } from '#runtime/replay/timeline.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper, type SandboxStepper } from '#runtime/sandbox/stepper.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import type { SourceBinding } from '#runtime/step/build-input.ts';
import type { Program, ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { conversion } from '#runtime/units/units.ts';
import { arrivedStretches, lanesOf, reaches } from './arrived-log.ts';
import { eventRows } from './event-rows.ts';
import { tableAnswers } from './file-reads.ts';
import { historyAnswers } from './history-reads.ts';
import { formRows, historyStretches } from './history-stretches.ts';
import { type OwnJournal, ownJournal } from './own-journal.ts';
import { seedOf } from './prepare.ts';
import { recordedAnswers } from './recorded-answers.ts';
import { RunFailed } from './run-failed.ts';
import { openWaveStore, type WaveStore } from './wave-store.ts';

export interface ReplayTools {
  readonly db: Db;
  readonly reader: LogReader;
  readonly blobs: BlobStore;
  /** Where archives of the log and files of old samples stand. */
  readonly dataFolder: string;
  /** Computes for blocks, as live; without it their requests are answered as unknown. */
  readonly computer?: Pick<ComputePool, 'compute'>;
  /** Waited for before every step of a run: what a person waits for at this moment goes first. */
  readonly turn?: () => Promise<void> | undefined;
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
    /**
     * Instance whose past it is: its forms, its recorded ticks and answers, and, where the wish is the very version that ran there, its journal.
     */
    readonly beside?: string;
    /** Named outputs that were added to the graph to see what is on a wire; without them it may be the version that ran. */
    readonly seen?: readonly string[];
  };

export interface Watching {
  readonly signal?: AbortSignal;
  /** Share that is done, 0..1. */
  onProgress?(done: number): void;
  /** `clock`: entry time of the step's last row. Must not keep hold of the result. */
  onResult?(result: StepResult, info: ProgramInfo, clock: number): void;
}

/** @throws {RunFailed} for a graph that does not compile or units that do not fit; what `replay` throws. */
export async function replayGraph(
  tools: ReplayTools,
  orgId: string,
  wish: ReplayWish,
  watching: Watching,
): Promise<ReplayReport> {
  const document = graphDocument.parse(JSON.parse(wish.graph));
  const program = await compileWish(document, wish);
  const { info } = program;
  const bindings = await bindingsOf(tools.db, orgId, wish, info, document);
  const log = await openArchivedLog(tools.db.$client, tools.reader, tools.dataFolder, orgId);
  const waves = openWaveStore(tools, orgId);
  const { signal, onProgress, onResult } = watching;
  const common = {
    info,
    window: wish.window,
    ...(onProgress ? { onProgress } : {}),
    ...(onResult ? { onResult: (result: StepResult, clock: number) => onResult(result, info, clock) } : {}),
    ...(signal ? { signal } : {}),
    now: () => performance.now(),
  };
  const told = (report: ReplayReport): ReplayReport => (waves.gone > 0 ? { ...report, wavesGone: waves.gone } : report);
  let stepper: SandboxStepper | undefined;
  try {
    const journal = await journalOf(tools, log, orgId, wish, document, program, waves);
    if (journal)
      try {
        stepper = inTurn(tools, await createStepper(program, { onFatal: tools.onFatal, seed: journal.seed }));
        return told(await rerun({ ...common, stepper, stretches: journal.stretches(info), same: journal.same }));
      } catch (error) {
        // Of what it began with a day is gone: the next best is taken.
        if (!(error instanceof LogTruncatedError)) throw error;
        stepper?.dispose();
      }
    const seed = wish.beside === undefined ? {} : { seed: seedOf(wish.beside) };
    stepper = inTurn(tools, await createStepper(program, { onFatal: tools.onFatal, ...seed }));
    const { source, stretches } = await stretchesOf(tools, log, orgId, wish, info, bindings, waves);
    const answering = await answeringOf(tools, orgId, wish, info, document);
    const report = await replay({ ...common, stepper, input: wish.input, stretches, answering });
    return told(source ? { ...report, source } : report);
  } finally {
    stepper?.dispose();
    await log.close();
  }
}

/** A stepper that lets go first what somebody waits for. */
const inTurn = ({ turn }: ReplayTools, stepper: SandboxStepper): SandboxStepper =>
  turn
    ? {
        ...stepper,
        step: async (input) => {
          await turn();
          return stepper.step(input);
        },
      }
    : stepper;

/** The journal to follow, when the wish is what ran; an instrumented program and one with a wire more give the same outputs. */
async function journalOf(
  tools: ReplayTools,
  log: LogReader,
  orgId: string,
  wish: ReplayWish,
  document: GraphDocument,
  program: Program,
  waves: WaveStore,
): Promise<OwnJournal | undefined> {
  if (wish.input !== 'arrived' || wish.beside === undefined) return undefined;
  const ran = { ...document, outputs: document.outputs.filter((output) => !wish.seen?.includes(output.name)) };
  const hashes = [program.info.hash];
  for (const wires of [false, true]) hashes.push((await compileWish(ran, { ...wish, wires })).info.hash);
  return ownJournal(tools, log, orgId, wish, hashes, waves);
}

/** What the effects of a run that performs nothing are answered with. */
export async function answeringOf(
  tools: ReplayTools,
  orgId: string,
  wish: ReplayWish,
  info: ProgramInfo,
  document: GraphDocument,
): Promise<Answering> {
  const { db, computer } = tools;
  const others = modelAnswers(wish.confirmations, computer && computing(computer, orgId));
  const model = tableAnswers(db, tools.blobs, orgId, historyAnswers(tools, orgId, wish, document, others));
  if (wish.beside === undefined) return model;
  // How persons decide is the wish's to say, unless it leaves that as it was.
  // What was read then is not what is known now.
  const anew = [wish.confirmations === 'confirm' ? '' : 'confirm.request', wish.input === 'corrected' ? 'history.read' : ''];
  const kinds = EFFECT_KINDS.filter((kind) => !anew.includes(kind));
  return info.capabilities.length === 0 ? model : recordedAnswers(db, wish.beside, kinds, wish.window, model);
}

export async function compileWish(document: GraphDocument, { graphHash, parameters, wires }: ReplayWish): Promise<Program> {
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
export async function bindingsOf(
  db: Db,
  orgId: string,
  wish: ReplayWish,
  info: ProgramInfo,
  document: GraphDocument,
): Promise<SourceBinding[]> {
  const ids = boundTags(wish.bindings);
  const tags = ids.length
    ? await db
        .select()
        .from(tag)
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)))
    : [];
  const roles = new Map(document.roles.map((role) => [role.name, role]));
  const sources = info.sources.flatMap((source, at) =>
    tagsOf(wish.bindings[source.role ?? ''], wish.key).map(({ tagId, key }) => ({ source, at, tagId, key })),
  );
  return sources.flatMap(({ source, at, tagId, key }): SourceBinding[] => {
    const bound = tags.find((row) => row.id === tagId);
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
    return [{ source: at, tag: bound.id, key, gain: found.gain, offset: found.offset }];
  });
}

/** The rows of the window from where they are to be had: as corrected from the historian, as arrived from the log as long as it reaches. */
async function stretchesOf(
  tools: ReplayTools,
  log: LogReader,
  orgId: string,
  wish: ReplayWish,
  info: ProgramInfo,
  bindings: readonly SourceBinding[],
  waves: WaveStore,
): Promise<{ source?: ReplaySource; stretches: AsyncIterable<Timeline> }> {
  const { window, key, assetId } = wish;
  const place = info.sources.some((s) => s.schedule) ? await placeOf(tools.db, orgId, assetId ?? null) : { zone: 'UTC' };
  const reader: HistoryReader = { tx: tools.db, orgId, readLog: tools.reader.readAfter, dataFolder: tools.dataFolder };
  const forms = wish.beside === undefined ? [] : await formRows(tools.db, orgId, wish.beside, window, info, key);
  const events = await eventRows(tools.db, orgId, window, info, key);
  const history = historyStretches(reader, wish, info, bindings, waves, place, [...forms, ...events]);
  if (wish.input === 'corrected') return { stretches: history };
  const beside = wish.beside === undefined ? undefined : await besideOf(tools.db, wish.beside);
  const wanted = { orgId, window, info, bindings, key, place, beside };
  const lanes = await lanesOf(tools, wanted);
  if (!(await reaches(tools, log, lanes, wanted))) return { source: { kind: 'history' }, stretches: history };
  return { source: { kind: 'log' }, stretches: arrivedStretches(log, lanes, wanted, waves) };
}

/** The program that the instance was last saved with: which schedules it had. */
async function besideOf(db: Db, instanceId: string) {
  const [row] = await db
    .select({ info: programTable.info })
    .from(shard)
    .innerJoin(checkpoint, eq(checkpoint.shardId, shard.id))
    .innerJoin(programTable, eq(programTable.hash, checkpoint.programHash))
    .where(eq(shard.instanceId, instanceId))
    .limit(1);
  return row && { instanceId, info: row.info };
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
      beside: instance.id,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.orgId, orgId), eq(installation.appId, appId), eq(instance.assetId, assetId)))
    .orderBy(desc(instance.updatedAt))
    .limit(1);
  return live;
}
