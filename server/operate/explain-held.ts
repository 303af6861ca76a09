import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { tagFor } from '#drizzle/bindings.ts';
import type { Tx } from '#drizzle/client.ts';
import type { ResolvedWrite } from '#drizzle/schema/effect.ts';
import { lane, latest, tag } from '#drizzle/schema/index.ts';
import { checkPreconditions } from '#runtime/effects/interlock.ts';
import { sayReason } from '#runtime/effects/reasons.ts';
import { checkGraph } from '#runtime/graph/check.ts';
import { type Bilingual, type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { NodeFacts } from '#runtime/graph/facts.ts';
import { readForms } from '#runtime/graph/forms.ts';
import { readGuard } from '#runtime/graph/guards.ts';
import { conversion } from '#runtime/units/units.ts';
import { notFound } from '../errors.ts';
import { readLog } from '../history/log-reader.ts';
import { requireInstance } from './read-screen.ts';

export const explainHeldInput = z.object({
  instanceId: z.uuid(),
  /** Number of the entry in the organization's control lane. */
  seq: z.number().int().positive(),
});
/** What is stored of a value is a little older than what the program saw. */
const STORED_LATER_MS = 5_000;

export interface Held {
  readonly label: Bilingual;
  readonly why: Bilingual;
}

/**
 * Why an entry that the app took led to nothing outside: the first interlock on its way that does not hold with the values of now, or that does not let
 * the value pass. Null when all of them would let it pass now.
 */
export async function explainHeld(
  tx: Tx,
  orgId: string,
  { instanceId, seq }: z.infer<typeof explainHeldInput>,
): Promise<Held | null> {
  const row = await requireInstance(tx, orgId, instanceId);
  const entry = await readFormEntry(tx, orgId, instanceId, seq);
  const drawn = graphDocument.parse(JSON.parse(row.graph));
  const form = readForms(drawn, row.parameters).find((f) => f.name === entry?.form);
  if (!entry || !form) throw notFound('The entry', '该录入');
  const { document: graph, nodes } = checkGraph(drawn, blockCatalogue(), { values: row.parameters });
  for (const { node, label } of form.interlocks) {
    const facts = nodes.get(node);
    const why =
      facts &&
      (await whyHeld(tx, orgId, {
        graph,
        nodes,
        facts,
        tagOf: (role) => tagFor(row.bindings, role, entry.key || row.key, row.key),
      }));
    if (why) return { label, why };
    const value = facts && entry.values[facts.node.bind?.['command.value'] ?? facts.node.bind?.value ?? 'value'];
    const range = facts && typeof value === 'number' && straight(graph, form.node, node) ? outsideOf(facts, value) : undefined;
    if (range) return { label, why: range };
  }
  return null;
}

async function readFormEntry(tx: Tx, orgId: string, instanceId: string, seq: number) {
  const [control] = await tx
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  const [found] = control ? await readLog([control.id], [seq - 1], 1) : [];
  if (found?.seq !== seq || found.entry.kind !== 'control') return undefined;
  const { event } = found.entry;
  return event.type === 'form' && event.instanceId === instanceId ? event : undefined;
}

async function whyHeld(
  tx: Tx,
  orgId: string,
  at: {
    graph: GraphDocument;
    nodes: ReadonlyMap<string, NodeFacts>;
    facts: NodeFacts;
    tagOf(role: string): number | undefined;
  },
): Promise<Bilingual | undefined> {
  const guard = readGuard(at.graph, at.nodes, at.facts);
  if (!guard || 'strangers' in guard) return undefined;
  const wanted = Object.entries(guard.roles).map(([name, needed]) => ({ name, needed, tagId: at.tagOf(needed.role) }));
  const ids = wanted.flatMap((w) => w.tagId ?? []);
  const tags = ids.length
    ? await tx
        .select({ id: tag.id, unit: tag.unit })
        .from(tag)
        .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)))
    : [];
  const values: Record<string, ResolvedWrite['preconditions'][number]['values'][string]> = {};
  for (const { name, needed, tagId } of wanted) {
    const from = tags.find((t) => t.id === tagId)?.unit;
    const made = from && needed.unit && from !== needed.unit ? conversion(from, needed.unit) : undefined;
    values[name] = { tagId: tagId ?? -1, gain: made?.ok ? made.gain : 1, offset: made?.ok ? made.offset : 0 };
  }
  const maxAge = guard.maxAge + STORED_LATER_MS;
  const found = await checkPreconditions([{ node: guard.node, expression: guard.expression, maxAge, values }], async (id) => {
    const [stored] = await tx
      .select()
      .from(latest)
      .where(and(eq(latest.orgId, orgId), eq(latest.tagId, id)));
    return stored?.value == null ? undefined : { value: stored.value, quality: stored.quality, time: Number(stored.time) };
  });
  if (found?.code !== 'interlock') return found && sayReason(found);
  const { condition, seen } = found.params;
  return { en: `Its condition is not met: ${condition} (${seen}).`, zh: `未满足条件：${condition}（${seen}）。` };
}

/** Does the entry come to the guard as it is, past confirmations at most? Else what the guard sees is not what was entered. */
function straight(graph: GraphDocument, form: string, guard: string): boolean {
  const [wire, ...more] = graph.wires.filter((w) => w.to.node === guard && w.to.port === 'command');
  if (!wire || more.length > 0) return false;
  if (wire.from.node === form) return true;
  const before = graph.nodes.find((n) => n.id === wire.from.node);
  return (
    before?.block === 'millwright/control.confirm' &&
    graph.wires.some((w) => w.to.node === before.id && w.from.node === form) &&
    graph.wires.filter((w) => w.to.node === before.id).length === 1
  );
}

function outsideOf({ params }: NodeFacts, value: number): Bilingual | undefined {
  const low = typeof params.low === 'number' ? params.low : undefined;
  const high = typeof params.high === 'number' ? params.high : undefined;
  if ((low === undefined || value >= low) && (high === undefined || value <= high)) return undefined;
  const range = `${low ?? '−∞'} … ${high ?? '∞'}`;
  return { en: `It lets ${range} pass.`, zh: `允许通过的范围为 ${range}。` };
}
