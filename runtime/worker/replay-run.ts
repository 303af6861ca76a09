import { setTimeout as sleep } from 'node:timers/promises';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { Db, Tx } from '#drizzle/client.ts';
import { appVersion, installation, instance, run, tag } from '#drizzle/schema/index.ts';
import type { Reason } from '#drizzle/schema/reason.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { type AlignedRows, readAligned } from '#runtime/historian/aligned.ts';
import type { HistoryReader } from '#runtime/historian/query.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import { differenceOf } from '#runtime/replay/difference.ts';
import { modelAnswers } from '#runtime/replay/model-answers.ts';
import { ReplayStopped, replay } from '#runtime/replay/replay.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import type { SourceBinding } from '#runtime/step/build-input.ts';
import type { Program, ProgramInfo } from '#runtime/step/contract.ts';
import { conversion } from '#runtime/units/units.ts';
import { stretchOf, wavesIn } from './replay-rows.ts';
import { type ClaimedRun, claimRun, RENEW_MS, renewRun, returnRun, standing } from './run-claim.ts';
import { isRefusal, proofFailed, type VerifyRequest, verify } from './verify-run.ts';
import { fetchWaves } from './waves.ts';

export interface RunTools {
  readonly db: Db;
  readonly readLog: HistoryReader['readLog'];
  readonly blobs: BlobStore;
  /** This worker, as in `shard.holder`. */
  readonly holder: string;
  /** The isolate cannot be interrupted: this process must be replaced after what runs beside it. */
  readonly onFatal: (error: SandboxError) => void;
}

class RunFailed extends Error {
  readonly fault: Reason;
  constructor(fault: Reason) {
    super(fault.message);
    this.fault = fault;
  }
}

/** A person sees the bar move and cancelling take hold within a breath; more would only cost the database. */
const TELL_MS = 250;

/**
 * Works off one row of `run`: compiles the graph that it carries, steps it over the recorded data with every effect captured, keeps the
 * report. A second call for the same row does nothing, so it may be dealt out twice.
 */
export async function performRun(tools: RunTools, runId: string, signal: AbortSignal): Promise<void> {
  const { db } = tools;
  const taken = await claimRun(db, runId, tools.holder);
  if (!taken) return;
  const stop = new AbortController();
  const onStop = () => stop.abort();
  signal.addEventListener('abort', onStop);
  if (signal.aborted) stop.abort();
  let stuck: SandboxError | undefined;
  const onFatal = (error: SandboxError) => {
    stuck = error;
    // The same would happen to the next process: the run ends with this one, and says why.
    void end(tools, taken, error)
      .catch(() => {})
      .finally(() => tools.onFatal(error));
  };
  const renewing = setInterval(() => {
    // A lost renewal is made up for by the next; who finds the row in other hands stops.
    renewRun(db, taken).then(
      (still) => still || stop.abort(),
      () => {},
    );
  }, RENEW_MS);
  try {
    const tell = progressOf(tools, taken, stop);
    const { report, keep } = await reportOf({ ...tools, onFatal }, taken, stop.signal, tell);
    await finish(tools, taken, { status: 'done', report: { ...report } }, keep);
  } catch (error) {
    if (stuck) return;
    if (signal.aborted || sessionLost(error)) {
      // This process or its database is ending, not the run: it is begun again.
      await giveBack(db, taken, signal);
      throw error;
    }
    if (stop.signal.aborted) return;
    await end(tools, taken, error);
    if (!isForeseen(error)) throw error;
  } finally {
    clearInterval(renewing);
    signal.removeEventListener('abort', onStop);
  }
}

/** A database that restarts is back within this; otherwise the lease runs out, and the attempt counts. */
const GIVE_BACK_TRIES = 20;

async function giveBack(db: Db, taken: ClaimedRun, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      return await returnRun(db, taken);
    } catch (error) {
      if (signal.aborted || tries === GIVE_BACK_TRIES) throw error;
      await sleep(1_000);
    }
}

const end = (tools: RunTools, taken: ClaimedRun, error: unknown): Promise<void> =>
  finish(tools, taken, { status: 'failed', error: faultOf(error) }, async (tx) => {
    if (taken.releaseId !== null) await proofFailed(tx, taken.releaseId);
  });

/** The report of a run by its kind, with what else is kept together with it. */
async function reportOf(
  tools: RunTools,
  row: ClaimedRun,
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<{ report: object; keep?: (tx: Tx) => Promise<void> }> {
  if (row.kind === 'verify')
    return verify(
      tools.db,
      { releaseId: row.releaseId, request: row.request as unknown as VerifyRequest },
      { createStepper: (program) => createStepper(program, { onFatal: tools.onFatal }), signal, onProgress: tell },
    );
  const request = row.request as unknown as RunRequest;
  const report = await replayGraph(tools, row.orgId, request, request.graph, request.graphHash, signal, tell);
  const live = request.compare ? await liveGraph(tools.db, row.orgId, row.appId, request.assetId) : undefined;
  if (!live) return { report };
  // The same window once more with the version that is live; its bar is not shown, it takes as long again.
  const asked = { ...request, parameters: live.parameters };
  const before = await replayGraph(tools, row.orgId, asked, live.graph, live.hash, signal, () => {});
  return { report: { ...report, difference: differenceOf(before, report) } };
}

async function replayGraph(
  tools: RunTools,
  orgId: string,
  request: RunRequest,
  text: string,
  graphHash: string,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<ReplayReport> {
  const program = await compile(text, graphHash, request);
  const bindings = await bindingsOf(tools.db, orgId, request, program.info, text);
  const stepper = await createStepper(program, { onFatal: tools.onFatal });
  try {
    return await replay({
      info: program.info,
      stepper,
      window: request.window,
      input: request.input,
      stretches: stretches(tools, orgId, request, program.info, bindings),
      answering: modelAnswers(request.confirmations),
      onProgress,
      signal,
      now: () => performance.now(),
    });
  } finally {
    stepper.dispose();
  }
}

async function compile(text: string, graphHash: string, request: RunRequest): Promise<Program> {
  const document = graphDocument.parse(JSON.parse(text));
  const made = await compileGraph(document, {
    catalogue: loadCatalogue(),
    parameters: request.parameters,
    graphHash,
    instrumented: true,
  });
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
async function bindingsOf(db: Db, orgId: string, request: RunRequest, info: ProgramInfo, text: string): Promise<SourceBinding[]> {
  const ids = Object.values(request.bindings).flatMap((binding) => (binding ? [binding.tagId] : []));
  const tags = ids.length
    ? await db
        .select()
        .from(tag)
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)))
    : [];
  const roles = new Map(graphDocument.parse(JSON.parse(text)).roles.map((role) => [role.name, role]));
  return info.sources.flatMap((source, at): SourceBinding[] => {
    const bound = tags.find((row) => row.id === request.bindings[source.role ?? '']?.tagId);
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
    return [{ source: at, tag: bound.id, key: request.key, gain: found.gain, offset: found.offset }];
  });
}

async function* stretches(
  tools: RunTools,
  orgId: string,
  request: RunRequest,
  info: ProgramInfo,
  bindings: readonly SourceBinding[],
) {
  const reader: HistoryReader = { tx: tools.db, orgId, readLog: tools.readLog };
  const ids = [...new Set(bindings.map((binding) => binding.tag))];
  if (ids.length === 0) return;
  const slices: AsyncIterable<AlignedRows> = readAligned(reader, ids, request.window, request.input);
  for await (const rows of slices)
    yield stretchOf(info, bindings, rows, await fetchWaves(tools.db, tools.blobs, orgId, wavesIn(rows)));
}

/** The version that runs on the asset now. */
async function liveGraph(db: Db, orgId: string, appId: string | null, assetId: string) {
  if (!appId) return undefined;
  const [live] = await db
    .select({ graph: appVersion.graph, hash: appVersion.graphHash, parameters: installation.parameters })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.orgId, orgId), eq(installation.appId, appId), eq(instance.assetId, assetId)))
    .orderBy(desc(instance.updatedAt))
    .limit(1);
  return live;
}

/** Writes the progress and, in the same statement, learns whether someone cancelled. */
function progressOf({ db }: RunTools, taken: ClaimedRun, stop: AbortController): (done: number) => void {
  let told = 0;
  let writing = false;
  return (done) => {
    const now = performance.now();
    if (writing || now - told < TELL_MS) return;
    told = now;
    writing = true;
    db.update(run)
      .set({ progress: done })
      .where(standing(taken))
      .returning({ id: run.id })
      .then(
        async (rows) => {
          writing = false;
          if (rows.length === 0) stop.abort();
          else await notify(db, taken.id);
        },
        // A lost write is only a bar that stands still; the next one comes.
        () => {
          writing = false;
        },
      );
  };
}

type Outcome = { status: 'done'; report: Record<string, unknown> } | { status: 'failed'; error: Reason };

/** Keeps the outcome, unless someone cancelled meanwhile; what belongs to it commits with it. */
async function finish(
  { db }: RunTools,
  taken: ClaimedRun,
  outcome: Outcome,
  alsoKeep: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  await db.transaction(async (tx) => {
    const kept = await tx
      .update(run)
      .set({ ...outcome, finishedAt: new Date(), ...(outcome.status === 'done' ? { progress: 1 } : {}) })
      .where(standing(taken))
      .returning({ id: run.id });
    if (kept.length > 0) await alsoKeep(tx);
  });
  await notify(db, taken.id);
}

const notify = (db: Db, runId: string) => db.execute(sql`select pg_notify('runs', ${runId})`);

const isForeseen = (error: unknown): boolean =>
  error instanceof RunFailed || error instanceof ReplayStopped || error instanceof SandboxError || isRefusal(error);

function faultOf(error: unknown): Reason {
  if (error instanceof RunFailed) return error.fault;
  if (error instanceof SandboxError)
    return {
      code: error.code,
      message: error.message,
      ...(error.node ? { node: error.node } : {}),
      ...(error.line === undefined ? {} : { line: error.line }),
    };
  if (error instanceof ReplayStopped || isRefusal(error)) return { code: error.code, message: error.message };
  // What nobody foresaw is in the log; its inner words are not for screens.
  return { code: 'failed', message: 'The run failed inside the platform.', zh: '运行在平台内部出错。' };
}
