import { and, count, eq, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, deadLetter, instance, lateCount, nodeFigures } from '#drizzle/schema/index.ts';
import { type Bilingual, graphDocument, labelOf } from '#runtime/graph/document.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import { notFound } from '../errors.ts';

export const readNodesInput = z.object({ instanceId: z.uuid() });

/** Errors are counted over this. */
const ERRORS_HOURS = 24;
/** The worker tells every five seconds while rows come; after this nothing flows. */
const QUIET_MS = 15_000;

export interface NodeFacts {
  readonly node: string;
  /** As the app's author calls it; absent for a node that the running version no longer has. */
  readonly label?: Bilingual;
  readonly block?: string;
  /** Rows that reached it and rows that it failed on, since the worker loaded it. */
  readonly rows: number;
  readonly failed: number;
  /** Rows a second in the last five seconds. */
  readonly rate: number;
  /** From the append of a sample to the commit of the step that brought the node rows: mean of the last five seconds, ms. */
  readonly latency: number | null;
  /** Of the CPU of all nodes, 0 to 1; absent until that was looked at. A coarse guide. */
  readonly cpu?: number;
  /** Epoch ms. */
  readonly lastRecordAt: number | null;
  /** Rows set aside in the last day, and the last reason. */
  readonly errors: number;
  readonly lastError?: string;
  /** Rows that came too late for its window or join. */
  readonly late: number;
}

/** What each node of a running app does: rate, latency, errors, age of its last record; in the order of the graph. */
export async function readNodes(tx: Tx, orgId: string, { instanceId }: z.infer<typeof readNodesInput>, now = Date.now()) {
  const [known] = await tx
    .select({ id: instance.id, graph: appVersion.graph })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .where(and(eq(instance.orgId, orgId), eq(instance.id, instanceId)));
  if (!known) throw notFound('Instance', '实例');
  const shards = await tx
    .select({ nodes: nodeFigures.nodes, since: nodeFigures.since, at: nodeFigures.at })
    .from(nodeFigures)
    .where(and(eq(nodeFigures.orgId, orgId), eq(nodeFigures.instanceId, instanceId)));
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
  const none = { rows: 0, failed: 0, rate: 0, latency: null, lastRecordAt: null, errors: 0, late: 0 };
  const of = (node: string): NodeFacts => nodes.get(node) ?? { node, ...none };
  for (const node of flatDocument(graphDocument.parse(JSON.parse(known.graph))).nodes)
    nodes.set(node.id, { node: node.id, label: labelOf(node), block: node.block, ...none });
  for (const shard of shards)
    for (const [node, told] of Object.entries(shard.nodes)) {
      const was = of(node);
      const rate = now - shard.at > QUIET_MS ? 0 : told.rate;
      const latency = rate === 0 ? null : told.latency;
      nodes.set(node, {
        ...was,
        rows: was.rows + told.rows,
        failed: was.failed + told.failed,
        rate: was.rate + rate,
        latency: mean(was, { rate, latency }),
        lastRecordAt: Math.max(was.lastRecordAt ?? 0, told.last ?? 0) || null,
        ...(told.cpu ? { cpu: told.cpu.share } : {}),
      });
    }
  for (const { node, n, last } of errors) nodes.set(node ?? '', { ...of(node ?? ''), errors: n, lastError: last });
  for (const { node, n } of late) nodes.set(node, { ...of(node), late: n });
  return {
    /** Since when rows are counted; null while no worker has told of the app. */
    since: shards.reduce<number | null>((least, shard) => Math.min(least ?? shard.since, shard.since), null),
    nodes: [...nodes.values()],
  };
}

/** Of two parts of one node, by how many rows each had. */
function mean(a: { rate: number; latency: number | null }, b: { rate: number; latency: number | null }): number | null {
  if (a.latency === null) return b.latency;
  if (b.latency === null) return a.latency;
  return (a.latency * a.rate + b.latency * b.rate) / (a.rate + b.rate);
}
