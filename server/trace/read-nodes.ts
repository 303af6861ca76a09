import { and, count, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { deadLetter, instance, lateCount, probe } from '#drizzle/schema/index.ts';
import type { ProbeValue } from '#runtime/step/contract.ts';
import { notFound } from '../errors.ts';

export const readNodesInput = z.object({ instanceId: z.uuid() });

/** Errors are counted over this. */
const ERRORS_HOURS = 24;

export interface NodeFacts {
  readonly node: string;
  /** Records that came out of it since its program was loaded, and the time of the newest; only while somebody watches (the instrumented program). */
  readonly records?: number;
  readonly lastRecordAt?: number;
  /** Rows set aside in the last day, and the last reason. */
  readonly errors: number;
  readonly lastError?: string;
  /** Rows that came too late for its window or join. */
  readonly late: number;
}

/**
 * What is known of each node of a running app. Two answers give the rate: `records` over `countedAt`. There is no latency of a node: the nodes of
 * a program are fused into one loop; the step's own times are in `trace.read`.
 */
export async function readNodes(tx: Tx, orgId: string, { instanceId }: z.infer<typeof readNodesInput>) {
  const [known] = await tx
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.orgId, orgId), eq(instance.id, instanceId)));
  if (!known) throw notFound('Instance', '实例');
  const [watched] = await tx
    .select({ values: probe.values, at: probe.updatedAt })
    .from(probe)
    .where(and(eq(probe.orgId, orgId), eq(probe.instanceId, instanceId)));
  const errors = await tx
    .select({
      node: deadLetter.node,
      n: count(),
      last: sql<string>`(array_agg(${deadLetter.reason} order by ${deadLetter.createdAt} desc))[1]`,
    })
    .from(deadLetter)
    .where(
      and(
        eq(deadLetter.orgId, orgId),
        eq(deadLetter.instanceId, instanceId),
        gt(deadLetter.createdAt, sql`now() - make_interval(hours => ${ERRORS_HOURS})`),
      ),
    )
    .groupBy(deadLetter.node);
  const late = await tx
    .select({ node: lateCount.node, n: lateCount.count })
    .from(lateCount)
    .where(and(eq(lateCount.orgId, orgId), eq(lateCount.instanceId, instanceId)));
  const nodes = new Map<string, NodeFacts>();
  const of = (node: string): NodeFacts => nodes.get(node) ?? { node, errors: 0, late: 0 };
  for (const value of (watched?.values ?? []) as readonly ProbeValue[]) {
    const was = of(value.node);
    nodes.set(value.node, {
      ...was,
      records: (was.records ?? 0) + value.count,
      lastRecordAt: Math.max(was.lastRecordAt ?? 0, value.time),
    });
  }
  for (const { node, n, last } of errors) nodes.set(node ?? '', { ...of(node ?? ''), errors: n, lastError: last });
  for (const { node, n } of late) nodes.set(node, { ...of(node), late: n });
  return { countedAt: watched?.at.getTime() ?? null, nodes: [...nodes.values()] };
}
