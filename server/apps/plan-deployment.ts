import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { Tx } from '#drizzle/client.ts';
import { app, appVersion, installation } from '#drizzle/schema/index.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import { notFound } from '../errors.ts';
import { checkDraft } from './check-draft.ts';
import { plannedAlarms, plannedStates, plannedWrites } from './plan-changes.ts';

export const planInput = z.object({ appId: z.uuid() });

export type NodeChange = { readonly node: string; readonly change: 'added' | 'removed' | 'changed' };

/** What deploying the draft would change on the plant: what it may do, writes, alarms, blocks, against the version that is installed. */
export async function planDeployment(tx: Tx, orgId: string, input: z.infer<typeof planInput>) {
  const [draft] = await tx
    .select({ graph: app.graph, revision: app.revision })
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)));
  if (!draft) throw notFound('App', '应用');
  const [installed] = await tx
    .select({ graph: appVersion.graph, version: appVersion.version, hash: appVersion.graphHash, grants: installation.grants })
    .from(installation)
    .innerJoin(appVersion, eq(appVersion.id, installation.versionId))
    .where(and(eq(installation.orgId, orgId), eq(installation.appId, input.appId)))
    .orderBy(desc(installation.updatedAt))
    .limit(1);
  const before = installed ? graphDocument.parse(JSON.parse(installed.graph)) : undefined;
  const check = checkDraft(draft.graph);
  const granted = installed?.grants.map((grant) => grant.capability) ?? [];
  return {
    revision: draft.revision,
    problems: check.problems,
    from: installed?.version ?? null,
    same: installed?.hash === check.hash,
    capabilities: check.capabilities.map((capability) => ({ capability, granted: granted.includes(capability) })),
    /** Granted to the version that runs, and no longer asked for. */
    released: granted.filter((capability) => !check.capabilities.includes(capability)),
    writes: plannedWrites(before, draft.graph),
    alarms: plannedAlarms(before, draft.graph),
    states: plannedStates(before, draft.graph, loadCatalogue()),
    changes: before ? changesOf(before, draft.graph) : [],
  };
}

/** Layout, labels and notes change nothing on the plant and are left out. */
export function changesOf(was: GraphDocument, is: GraphDocument): NodeChange[] {
  const [before, after] = [flatDocument(was), flatDocument(is)];
  const meaning = (graph: GraphDocument, id: string) => {
    const node = graph.nodes.find((one) => one.id === id);
    const wires = graph.wires
      .filter((wire) => wire.to.node === id)
      .map((wire) => `${wire.from.node}.${wire.from.port}>${wire.to.port}`);
    return node && JSON.stringify([node.block, node.version, node.params, node.bind, node.as, wires.sort()]);
  };
  const ids = [...new Set([...before.nodes, ...after.nodes].map((node) => node.id))];
  return ids.flatMap((node): NodeChange[] => {
    const [old, now] = [meaning(before, node), meaning(after, node)];
    if (old === now) return [];
    return [{ node, change: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed' }];
  });
}
