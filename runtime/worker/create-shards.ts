import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { instance, lane, shard as shardTable } from '#drizzle/schema/index.ts';
import type { WorkerContext } from './context.ts';
import { controlLane, stopInstance } from './hold.ts';
import { asProblem } from './instance-problem.ts';

/** Instances that are to run and have no shard yet get theirs; they start with what comes after now. */
export async function createShards(context: WorkerContext): Promise<void> {
  const waiting = await context.db
    .select({ id: instance.id, orgId: instance.orgId })
    .from(instance)
    .where(
      and(
        eq(instance.wanted, 'run'),
        sql`${instance.status} in ('starting', 'running')`,
        sql`not exists (select 1 from ${shardTable} s where s.instance_id = ${instance.id} and s.ended_at is null)`,
      ),
    );
  for (const { id, orgId } of waiting)
    try {
      await createFirst(context, id, orgId);
    } catch (error) {
      const problem = asProblem(error);
      if (!problem) throw error;
      await stopInstance(context, id, problem);
    }
}

async function createFirst(context: WorkerContext, id: string, orgId: string): Promise<void> {
  const control = await controlLane(context, orgId);
  await context.db.transaction(async (tx) => {
    // two workers may want to make the same ones
    const [found] = await tx.select({ parts: instance.shards }).from(instance).where(eq(instance.id, id)).for('update');
    const [there] = await tx
      .select({ id: shardTable.id })
      .from(shardTable)
      .where(and(eq(shardTable.instanceId, id), isNull(shardTable.endedAt)));
    if (!found || there) return;
    const [end] = await context.recoveryReader.ends([control]);
    const from = { orgId, instanceId: id, lanes: [control], cursor: [end ?? 0] };
    for (let part = 0; part < found.parts; part++) await insertShard(tx, { ...from, part, parts: found.parts });
  });
}

/** A shard with an output lane of its own. */
export async function insertShard(
  tx: Tx,
  from: Pick<typeof shardTable.$inferInsert, 'orgId' | 'instanceId' | 'lanes' | 'cursor' | 'part' | 'parts'>,
): Promise<number> {
  const [out] = await tx.insert(lane).values({ orgId: from.orgId, kind: 'output' }).returning({ id: lane.id });
  if (!out) throw new Error('no output lane');
  const [made] = await tx
    .insert(shardTable)
    .values({ ...from, outLane: out.id })
    .returning({ id: shardTable.id });
  if (!made) throw new Error('no shard');
  return made.id;
}
