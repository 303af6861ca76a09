import { sql } from 'drizzle-orm';
import type { Attention } from './attention.ts';
import type { WorkerContext } from './context.ts';
import { createShards } from './create-shards.ts';
import { swapProgram } from './hold.ts';
import type { Holdings } from './holdings.ts';
import { asProblem } from './instance-problem.ts';
import { readInstances, setStatus } from './prepare.ts';
import { resplit } from './resplit.ts';

/** Wanted against is: new instances, stops, changes, watched wires. */
export async function compareWithWanted(context: WorkerContext, holdings: Holdings, attention: Attention): Promise<void> {
  const { db, log } = context;
  await createShards(context);
  await resplit(context, holdings);
  await db.execute(sql`
    update instance set status = 'stopped', updated_at = now() where wanted = 'stop' and status in ('starting', 'running')
      and not exists (select 1 from shard s where s.instance_id = instance.id and s.holder is not null)`);
  const mine = holdings.all;
  const facts = new Map((await readInstances(db, [...new Set(mine.map((s) => s.lease.instanceId))])).map((f) => [f.id, f]));
  for (const s of mine) {
    if (s.gone || s.leaving) continue;
    const now = facts.get(s.lease.instanceId);
    if (!now) holdings.drop(s);
    else if (now.wanted === 'stop')
      void holdings.leave(s).then(() => setStatus(db, now.id, 'stopped').catch((error) => log.warn({ err: error }, 'stop')));
    // another version, other bindings, other grants: its next holder (perhaps we) starts with them
    else if (now.signature !== s.facts.signature || (now.status !== 'running' && now.status !== 'starting'))
      void holdings.leave(s).then(() => holdings.onFree());
    else {
      s.facts = now;
      // put on again as it was
      if (now.status === 'starting') await setStatus(db, now.id, 'running');
      s.watched = now.watchUntil > Date.now();
      if (s.watched !== s.instrumented) attention.wake();
    }
  }
}

/** Between two steps, shards change to the program that they should run: watched or not, and no longer a suspect's. */
export function swapPrograms(context: WorkerContext, holdings: Holdings, attention: Attention): void {
  for (const s of holdings.all) {
    const resting = !s.busy && !s.ready && !s.decision && !s.leaving;
    if (!resting || (s.watched === s.instrumented && !s.cleared)) continue;
    s.busy = swapProgram(context, s, { instrumented: s.watched })
      .catch((error) => {
        const problem = asProblem(error);
        if (problem) holdings.fail(s, problem);
        else holdings.drop(s, error);
      })
      .finally(() => {
        s.busy = undefined;
        attention.wake();
      });
  }
}
