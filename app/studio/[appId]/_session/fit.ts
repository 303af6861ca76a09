import type { ColumnType, WireSchema } from '#runtime/batch/schema.ts';
import type { BlockManifest, PortManifest } from '#runtime/graph/manifest.ts';

const numeric = (type: ColumnType) => type === 'number' || type === 'integer';
const near = (have: ColumnType, want: ColumnType) => have === want || (numeric(have) && numeric(want));

/**
 * Could a wire of this schema feed the port, at least after choosing a column? A first sieve for menus: the exact judgement, with its
 * reason, is the graph check's once the block is there.
 */
export function couldFeed(schema: WireSchema | undefined, port: PortManifest): boolean {
  if (!schema) return true;
  if (schema.kind !== port.kind) return false;
  const have = Object.values(schema.columns);
  return Object.values(port.columns).every((want) => want.optional || have.some((column) => near(column.type, want.type)));
}

/** The first input of the block that the wire could feed. */
export const fittingInput = (manifest: BlockManifest, schema: WireSchema | undefined): string | undefined =>
  Object.entries(manifest.inputs).find(([, port]) => couldFeed(schema, port))?.[0];

/** Could this output feed the port, as far as its block says by itself what it gives? */
export function couldTake(want: PortManifest | undefined, output: PortManifest): boolean {
  if (!want) return true;
  if (want.kind !== output.kind) return false;
  const have = Object.values(output.columns);
  // Blocks whose columns follow from their settings or their input may give anything.
  if (have.length === 0) return true;
  return Object.values(want.columns).every((column) => column.optional || have.some((one) => near(one.type, column.type)));
}

export const fittingOutput = (manifest: BlockManifest, want: PortManifest | undefined): string | undefined =>
  Object.entries(manifest.outputs).find(([, port]) => couldTake(want, port))?.[0];

/** What a port carries, for its colour and shape. */
export type PortKind = 'number' | 'boolean' | 'table' | 'event';

export function portKind(kind: WireSchema['kind'], types: readonly ColumnType[], main: ColumnType | undefined): PortKind {
  if (kind === 'frame') return 'table';
  const type = main ?? types[0];
  if (type === 'boolean') return 'boolean';
  if (type === 'wave' || type === 'blob') return 'table';
  if (type === 'text' || type === 'json') return 'event';
  return 'number';
}
