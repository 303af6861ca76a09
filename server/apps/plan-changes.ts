import { type Bilingual, type GraphDocument, type GraphNode, labelOf, type TagRole } from '#runtime/graph/document.ts';
import { sameValue } from '#runtime/graph/draft.ts';
import type { BlockCatalogue } from '#runtime/graph/manifest.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';

export type PlannedChange = 'added' | 'removed' | 'changed' | 'same';

export interface PlannedAlarm {
  readonly node: string;
  readonly priority: number;
  readonly text: Bilingual | null;
  readonly change: PlannedChange;
}
/** What becomes of what a block has counted or remembered so far (semantics 8). */
export interface PlannedState {
  readonly node: string;
  readonly label: Bilingual;
  /** `converted`: the block's state has another form; it is turned over where the block can, else it begins anew. */
  readonly fate: 'kept' | 'converted' | 'dropped';
}
export interface PlannedWrite {
  readonly role: TagRole;
  readonly change: PlannedChange;
}

const alarmsIn = (graph: GraphDocument): ReadonlyMap<string, GraphNode> =>
  new Map(
    flatDocument(graph)
      .nodes.filter((node) => node.block === 'millwright/alarm.raise')
      .map((node) => [node.id, node]),
  );

/** Alarms of the draft, and those that go with the version that runs; any other condition, delay or way to it counts as a change. */
export function plannedAlarms(was: GraphDocument | undefined, is: GraphDocument): PlannedAlarm[] {
  const [before, now] = [was ? alarmsIn(was) : new Map<string, GraphNode>(), alarmsIn(is)];
  return [...new Set([...now.keys(), ...before.keys()])].flatMap((id): PlannedAlarm[] => {
    const [old, next] = [before.get(id), now.get(id)];
    const node = next ?? old;
    if (!node) return [];
    const { priority, text } = node.params;
    return [
      {
        node: id,
        priority: typeof priority === 'number' ? priority : 3,
        text: isBilingual(text) ? text : null,
        change: !old
          ? 'added'
          : !next
            ? 'removed'
            : sameValue([old.version, old.params], [next.version, next.params])
              ? 'same'
              : 'changed',
      },
    ];
  });
}

/** Tags that the draft may write, and those that the version that runs may and the draft no longer. */
export function plannedWrites(was: GraphDocument | undefined, is: GraphDocument): PlannedWrite[] {
  const written = (graph: GraphDocument | undefined) =>
    new Map((graph?.roles ?? []).filter((role) => role.write).map((role) => [role.name, role]));
  const [before, now] = [written(was), written(is)];
  return [...new Set([...now.keys(), ...before.keys()])].flatMap((name): PlannedWrite[] => {
    const [old, next] = [before.get(name), now.get(name)];
    const role = next ?? old;
    if (!role) return [];
    return [{ role, change: !old ? 'added' : !next ? 'removed' : sameValue(old, next) ? 'same' : 'changed' }];
  });
}

/** What becomes of the state of every block of the running version that has one. */
export function plannedStates(was: GraphDocument | undefined, is: GraphDocument, catalogue: BlockCatalogue): PlannedState[] {
  if (!was) return [];
  const now = new Map(flatDocument(is).nodes.map((node) => [node.id, node]));
  return flatDocument(was).nodes.flatMap((node): PlannedState[] => {
    const old = catalogue.block(node.block, node.version)?.manifest;
    if (!old || Object.keys(old.state).length === 0) return [];
    const next = now.get(node.id);
    const manifest = next?.block === node.block ? catalogue.block(next.block, next.version)?.manifest : undefined;
    const fate = !manifest ? 'dropped' : manifest.stateVersion === old.stateVersion ? 'kept' : 'converted';
    return [{ node: node.id, label: labelOf(next ?? node), fate }];
  });
}

const isBilingual = (value: unknown): value is Bilingual =>
  typeof value === 'object' &&
  value !== null &&
  'en' in value &&
  'zh' in value &&
  typeof value.en === 'string' &&
  typeof value.zh === 'string';
