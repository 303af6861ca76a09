import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, run } from '#drizzle/schema/index.ts';
import type { ReplayDifference } from '#runtime/replay/difference.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import type { ShadowReport } from '#runtime/replay/shadow-count.ts';
import { notFound } from '../errors.ts';
import { follow } from '../live.ts';

export interface RunReport extends ReplayReport {
  /** Against the version that was live, where that was asked for. */
  readonly difference?: ReplayDifference;
}

const head = {
  id: run.id,
  kind: run.kind,
  appId: run.appId,
  status: run.status,
  progress: run.progress,
  error: run.error,
  createdAt: run.createdAt,
  finishedAt: run.finishedAt,
};

export const listRunsInput = z.object({ appId: z.uuid().optional(), limit: z.number().int().min(1).max(200).default(50) });

/** Tests and backtests, newest first, without their reports. */
export async function listRuns(tx: Tx, orgId: string, input: z.infer<typeof listRunsInput>) {
  const rows = await tx
    .select({
      ...head,
      appName: app.name,
      window: sql<RunRequest['window']>`${run.request}->'window'`,
      alarms: sql<number | null>`(${run.report}->'alarms'->>'total')::int`,
      effects: sql<number | null>`(${run.report}->'effects'->>'total')::int`,
      rows: sql<number | null>`(${run.report}->>'rows')::float8`,
    })
    .from(run)
    .leftJoin(app, eq(app.id, run.appId))
    .where(and(eq(run.orgId, orgId), input.appId ? eq(run.appId, input.appId) : undefined))
    .orderBy(desc(run.createdAt))
    .limit(input.limit);
  return rows;
}

export async function getRun(tx: Tx, orgId: string, runId: string) {
  const [row] = await tx
    .select({ ...head, request: run.request, report: run.report })
    .from(run)
    .where(and(eq(run.id, runId), eq(run.orgId, orgId)));
  if (!row) throw notFound('Run', '运行');
  const shadow = row.kind === 'shadow';
  return {
    ...row,
    request: row.request as unknown as RunRequest,
    report: shadow ? null : (row.report as RunReport | null),
    /** Of a shadow: what the draft did otherwise than the running version. */
    shadow: shadow ? (row.report as ShadowReport | null) : null,
  };
}

/** A run that is over stays as it is. The worker looks at the status while it works and stops. */
export async function cancelRun(tx: Tx, orgId: string, runId: string): Promise<void> {
  const changed = await tx
    .update(run)
    .set({ status: 'cancelled', finishedAt: new Date() })
    .where(and(eq(run.id, runId), eq(run.orgId, orgId), sql`${run.status} in ('queued', 'running')`))
    .returning({ id: run.id });
  if (changed.length === 0) await getRun(tx, orgId, runId);
  else await tx.execute(sql`select pg_notify('runs', ${runId})`);
}

type InTenant = <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>;
export const isOver = (status: string): boolean => status === 'done' || status === 'failed' || status === 'cancelled';

/** Status and progress of a run until it is over. */
export async function* followRun(tenant: InTenant, orgId: string, runId: string, signal: AbortSignal | undefined) {
  for await (const news of follow(['runs'], { signal, everyMs: 100, idleMs: 2_000 })) {
    if (!news.all && news.payloads.size > 0 && !news.payloads.has(runId)) continue;
    const [row] = await tenant((tx) =>
      tx
        .select(head)
        .from(run)
        .where(and(eq(run.id, runId), eq(run.orgId, orgId))),
    );
    if (!row) throw notFound('Run', '运行');
    yield row;
    if (isOver(row.status)) return;
  }
}
