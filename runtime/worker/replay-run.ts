import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { run } from '#drizzle/schema/index.ts';
import type { Reason } from '#drizzle/schema/reason.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import { differenceOf } from '#runtime/replay/difference.ts';
import { ReplayStopped } from '#runtime/replay/replay.ts';
import type { RunRequest, ShadowRequest } from '#runtime/replay/request.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { InstanceProblem, programProblem } from './instance-problem.ts';
import { liveGraph, type ReplayTools, replayGraph } from './replay-graph.ts';
import { type ClaimedRun, claimRun, RENEW_MS, renewRun, returnRun, standing } from './run-claim.ts';
import type { Aside } from './run-desk.ts';
import { RunFailed } from './run-failed.ts';
import { shadow } from './shadow.ts';
import { isRefusal, proofFailed, type VerifyRequest, verify } from './verify-run.ts';

export interface RunTools extends ReplayTools {
  /** This worker, as in `shard.holder`. */
  readonly holder: string;
  readonly aside?: Aside;
}

/** A person sees the bar move and cancelling take hold within a breath; more would only cost the database. */
const TELL_MS = 250;

/**
 * Works off one row of `run`: compiles the graph that it carries, steps it over the recorded data with every effect captured, keeps the
 * report. A second call for the same row does nothing, so it may be dealt out twice.
 */
export async function performRun(tools: RunTools, runId: string, signal: AbortSignal): Promise<void> {
  const taken = await claimRun(tools.db, runId, tools.holder);
  if (!taken) return;
  const working = () => workOff(tools, taken, signal);
  if (taken.kind === 'shadow' && tools.aside?.(working)) return;
  await working();
}

async function workOff(tools: RunTools, taken: ClaimedRun, signal: AbortSignal): Promise<void> {
  const { db } = tools;
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
      {
        createStepper: (program) => createStepper(program, { onFatal: tools.onFatal }),
        ...(tools.computer ? { computer: tools.computer } : {}),
        signal,
        onProgress: tell,
      },
    );
  if (row.kind === 'shadow') {
    const wish = row.request as unknown as ShadowRequest;
    const report = await shadow(tools, row.orgId, wish, { signal, onProgress: tell });
    // What was counted until a process ends is not the whole: it begins anew.
    signal.throwIfAborted();
    return { report };
  }
  const request = row.request as unknown as RunRequest;
  const running = await liveGraph(tools.db, row.orgId, row.appId, request.assetId);
  const live = request.compare ? running : undefined;
  const beside = running ? { beside: running.beside } : {};
  // The same window once more with the version that is live: half of the bar each.
  const share = live ? 0.5 : 1;
  const onProgress = (done: number) => tell(done * share);
  const report = await replayGraph(tools, row.orgId, { ...request, ...beside, wires: true }, { signal, onProgress });
  if (!live) return { report };
  const before = await replayGraph(
    tools,
    row.orgId,
    { ...request, ...live, wires: false },
    { signal, onProgress: (done) => tell(share + done * share) },
  );
  const { version, graphHash } = live;
  return { report: { ...report, difference: { ...differenceOf(before, report), against: { version, graphHash } } } };
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

export const isForeseen = (error: unknown): boolean =>
  error instanceof RunFailed ||
  error instanceof InstanceProblem ||
  error instanceof ReplayStopped ||
  error instanceof SandboxError ||
  isRefusal(error);

/** What could not be read; the sentence behind it names a file, a line or a wire. */
function refusedIn(code: string): string {
  if (code.startsWith('proof.')) return '验证无法运行';
  return code.startsWith('package.') ? '应用包有误' : '数据文件有误';
}

export function faultOf(error: unknown): Reason {
  if (error instanceof RunFailed) return error.fault;
  if (error instanceof InstanceProblem) return error.reason;
  if (error instanceof SandboxError) return { ...programProblem(error).reason, code: error.code };
  if (error instanceof ReplayStopped) return { code: error.code, message: error.words.en, zh: error.words.zh };
  if (isRefusal(error)) return { code: error.code, message: error.message, zh: `${refusedIn(error.code)}：${error.message}` };
  // What nobody foresaw is in the log; its inner words are not for screens.
  return { code: 'failed', message: 'The run failed inside the platform.', zh: '运行在平台内部出错。' };
}
