import { sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import type { NodeStats } from '#drizzle/schema/trace.ts';
import type { HeldShard, ReadyStep } from './held-shard.ts';

/** Told this often, of shards in which something moved. */
const TELL_MS = 5_000;

interface Node {
  rows: number;
  failed: number;
  last: number;
  /** Of the stretch since the last telling. */
  recent: number;
  waited: number;
  steps: number;
}
interface Figures {
  readonly nodes: Map<string, Node>;
  readonly since: number;
  from: number;
  /** Something moved since it was told; told once more when nothing moves any longer, so that rates go to zero. */
  moved: boolean;
  resting: boolean;
}

/**
 * What each node did: rows, errors, the newest record, and how long its records were on the way. A program's nodes are one loop, so a node has no time of its
 * own; the time of its records does not depend on how the loop is cut.
 */
export class NodeFigures {
  private readonly shards = new Map<HeldShard, Figures>();
  private told = 0;

  note(shard: HeldShard, { commit, cause }: Pick<ReadyStep, 'commit' | 'cause'>, now = Date.now()): void {
    const { nodes: counts } = commit;
    if (!counts) return;
    let figures = this.shards.get(shard);
    if (!figures) {
      figures = { nodes: new Map(), since: now, from: now, moved: false, resting: true };
      this.shards.set(shard, figures);
    }
    figures.moved = true;
    const names = shard.program.info.nodes;
    for (let i = 0; i < names.length; i++) {
      const rows = counts.rows[i] ?? 0;
      const name = names[i];
      if (name === undefined || rows === 0) continue;
      let node = figures.nodes.get(name);
      if (!node) {
        node = { rows: 0, failed: 0, last: Number.NaN, recent: 0, waited: 0, steps: 0 };
        figures.nodes.set(name, node);
      }
      node.rows += rows;
      node.recent += rows;
      node.failed += counts.failed[i] ?? 0;
      node.last = counts.last[i] ?? Number.NaN;
      if (!cause) continue;
      node.waited += now - cause.entry.at;
      node.steps++;
    }
  }

  forget(shard: HeldShard): void {
    this.shards.delete(shard);
  }

  /** One statement for all shards in which something moved. */
  async flush(db: Db, now = Date.now()): Promise<void> {
    if (now - this.told < TELL_MS) return;
    this.told = now;
    const rows: object[] = [];
    for (const [shard, figures] of this.shards) {
      const { moved, resting } = figures;
      if (!moved && resting) continue;
      rows.push({
        ...this.read(shard, figures, now),
        shard: shard.lease.shardId,
        org: shard.lease.orgId,
        instance: shard.lease.instanceId,
      });
      figures.resting = !moved;
      figures.moved = false;
    }
    if (rows.length === 0) return;
    await db.execute(sql`
      insert into node_figures (shard_id, org_id, instance_id, nodes, since, at)
      select shard, org, instance, nodes, since, ${now} from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        r(shard int4, org text, instance uuid, nodes jsonb, since float8)
        -- one that was taken away meanwhile leaves nothing behind
        join instance i on i.id = r.instance
      on conflict (shard_id) do update set org_id = excluded.org_id, instance_id = excluded.instance_id, nodes = excluded.nodes,
        since = excluded.since, at = excluded.at`);
  }

  private read(shard: HeldShard, figures: Figures, now: number): { nodes: Record<string, NodeStats>; since: number } {
    const seconds = Math.max(1, (now - figures.from) / 1_000);
    const nodes: Record<string, NodeStats> = {};
    const cpu = cpuOf(shard, figures, seconds);
    for (const [name, node] of figures.nodes) {
      nodes[name] = {
        rows: node.rows,
        failed: node.failed,
        last: Number.isNaN(node.last) ? null : node.last,
        rate: node.recent / seconds,
        latency: node.steps === 0 ? null : node.waited / node.steps,
        ...(cpu.has(name) ? { cpu: cpu.get(name) } : {}),
      };
      Object.assign(node, { recent: 0, waited: 0, steps: 0 });
    }
    figures.from = now;
    return { nodes, since: figures.since };
  }
}

/** What was found out about each node's cost, at the rate of the stretch. Nodes of one cycle run together and share theirs. */
function cpuOf(
  { costs = [], program }: HeldShard,
  figures: Figures,
  seconds: number,
): Map<string, NonNullable<NodeStats['cpu']>> {
  const rows = (program.info.sources ?? []).reduce((sum, { node }) => sum + (figures.nodes.get(node)?.recent ?? 0), 0);
  return new Map(
    costs.flatMap(({ nodes, nsPerRow, share }) =>
      nodes.map(
        (node) => [node, { share: share / nodes.length, cores: (nsPerRow / nodes.length / 1e9) * (rows / seconds) }] as const,
      ),
    ),
  );
}
