import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, applyWhereUntouched, changesBetween, inverseOf, valueAt } from './changes.ts';
import { graphDocument } from './document.ts';
import { type Draft, sameValue } from './draft.ts';

const apps = new URL('../../marketplace/apps/', import.meta.url);
const drafts = readdirSync(apps).flatMap((slug): Draft[] => {
  try {
    return [{ graph: graphDocument.parse(JSON.parse(readFileSync(new URL(`${slug}/graph.json`, apps), 'utf8'))), screens: [] }];
  } catch {
    return [];
  }
});

describe('changes', () => {
  it('make any app of any other, in the order of its lists, and back', () => {
    expect(drafts.length).toBeGreaterThan(1);
    fc.assert(
      fc.property(fc.constantFrom(...drafts), fc.constantFrom(...drafts), (one, other) => {
        const changes = structuredClone(changesBetween(one, other));
        const made = applyChanges(one, changes);
        expect(sameValue(made, other)).toBe(true);
        expect(made.graph.nodes.map((node) => node.id)).toEqual(other.graph.nodes.map((node) => node.id));
        expect(sameValue(applyChanges(made, inverseOf(changes)), one)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  const [draft] = drafts;
  if (!draft) throw new Error('no app to test with');
  const [node, ...others] = draft.graph.nodes;
  if (!node) throw new Error('an app without nodes');
  const withNode = (changed: object): Draft => ({
    ...draft,
    graph: { ...draft.graph, nodes: [{ ...node, ...changed }, ...others] },
  });

  it('name the smallest place that differs', () => {
    const changed = withNode({ params: { ...node.params, extra: 1 }, bind: { value: 'load' } });
    expect(changesBetween(draft, changed)).toEqual([
      { at: ['graph', 'nodes', node.id, 'params', 'extra'], to: 1 },
      { at: ['graph', 'nodes', node.id, 'bind', 'value'], to: 'load' },
    ]);
    expect(changesBetween(draft, withNode({ bind: {} }))).toEqual([]);
    expect(valueAt(changed, ['graph', 'nodes', node.id, 'bind', 'value'])).toBe('load');
    expect(applyChanges(changed, inverseOf(changesBetween(draft, changed))).graph.nodes[0]).not.toHaveProperty('bind');
  });

  it('do nothing at a place that is gone, and leave what they do not touch the same object', () => {
    const change = { at: ['graph', 'nodes', 'nobody', 'params', 'x'], to: 1 };
    expect(applyChanges(draft, [change])).toBe(draft);
    const after = applyChanges(draft, [{ at: ['graph', 'nodes', node.id, 'label'], to: 'x' }]);
    expect(after.graph.nodes[1]).toBe(draft.graph.nodes[1]);
    expect(after.graph.wires).toBe(draft.graph.wires);
  });

  it('are taken back only where nobody else changed something since', () => {
    const mine = changesBetween(draft, withNode({ label: 'mine', notes: 'mine' }));
    const both = applyChanges(applyChanges(draft, mine), [{ at: ['graph', 'nodes', node.id, 'label'], to: 'theirs' }]);
    const [back] = applyWhereUntouched(both, inverseOf(mine)).graph.nodes;
    expect([back?.label, back?.notes]).toEqual(['theirs', node.notes]);
  });

  it('are the same in another order of keys, as a database gives them back', () => {
    expect(changesBetween(draft, withNode({ position: { y: node.position.y, x: node.position.x } }))).toEqual([]);
  });

  it('refuse a list that is none quietly enough for the schema to speak', () => {
    const broken = applyChanges(draft, [
      { at: ['graph', 'nodes', node.id], to: null },
      { at: ['graph', 'nodes', node.id, 'params', 'x'], to: 1 },
    ]);
    expect(graphDocument.safeParse(broken.graph).success).toBe(false);
  });
});
