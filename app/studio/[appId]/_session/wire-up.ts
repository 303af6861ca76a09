import type { ColumnSchema, ColumnType, WireSchema } from '#runtime/batch/schema.ts';
import type { GraphNode } from '#runtime/graph/document.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { sameDimension } from '#runtime/units/units.ts';
import { type Edit, together } from '../_edits/edit.ts';
import { setBind } from '../_edits/nodes.ts';
import { connect, type Endpoint } from '../_edits/wires.ts';

/**
 * Draws a wire and, where the wire has no column of the name that the block wants, chooses the first one that fits by type and unit; the
 * inspector shows the choice. A choice that still holds stays.
 */
export function wireUp(
  from: Endpoint,
  to: Endpoint,
  schema: WireSchema | undefined,
  node: GraphNode | undefined,
  manifest: BlockManifest | undefined,
): Edit {
  const port = manifest?.inputs[to.port];
  if (!schema || !node || !manifest || !port) return connect(from, to);
  const several = Object.keys(manifest.inputs).length > 1;
  const used = new Set<string>();
  const binds = Object.entries(port.columns).flatMap(([logical, want]): Edit[] => {
    const key = several ? `${to.port}.${logical}` : logical;
    const bound = node.bind?.[key] ?? node.bind?.[logical];
    const fits = (name: string) => {
      const have = schema.columns[name];
      return have !== undefined && near(have.type, want.type) && unitFits(have, want.unit);
    };
    if (bound !== undefined && fits(bound)) {
      used.add(bound);
      return [];
    }
    if (fits(logical)) {
      used.add(logical);
      return bound === undefined ? [] : [setBind(to.node, key, undefined)];
    }
    const choice = want.optional ? undefined : Object.keys(schema.columns).find((name) => !used.has(name) && fits(name));
    // A choice that this wire cannot serve is forgotten, so that a refusal names what the block itself wants.
    if (choice === undefined) return bound === undefined ? [] : [setBind(to.node, key, undefined)];
    used.add(choice);
    return [setBind(to.node, key, choice)];
  });
  return together(connect(from, to), ...binds);
}

const numeric = (type: ColumnType) => type === 'number' || type === 'integer';
const near = (have: ColumnType, want: ColumnType) => have === want || (numeric(have) && numeric(want));
const unitFits = (have: ColumnSchema, want: unknown): boolean =>
  typeof want !== 'string' || sameDimension(have.unit ?? '1', want);
