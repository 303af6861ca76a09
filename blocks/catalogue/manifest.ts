import type { AnyBlock } from '#blocks/sdk/block.ts';
import type { PortDecl } from '#blocks/sdk/columns.ts';
import { z } from '#blocks/sdk/index.ts';
import type {
  BlockManifest,
  ColumnList,
  ColumnManifest,
  JsonSchema,
  PortManifest,
  StateManifest,
} from '#runtime/graph/manifest.ts';

const EMPTY: PortManifest = { kind: 'stream', columns: {} };

function columnsOf(decl: object): Record<string, ColumnManifest> {
  return Object.fromEntries(
    Object.entries(decl as Record<string, ColumnManifest>).map(([name, { type, unit, optional, scale }]) => [
      name,
      {
        type,
        ...(unit === undefined ? {} : { unit }),
        ...(optional ? { optional } : {}),
        ...(scale === undefined ? {} : { scale }),
      },
    ]),
  );
}

function portOf(decl: PortDecl | undefined): PortManifest {
  if (!decl) return EMPTY;
  const { columnsFrom, columnsFromRole, frame, listed, rows } = decl as {
    columnsFrom?: readonly ColumnList[];
    columnsFromRole?: unknown;
    frame?: { type?: unknown };
    listed?: unknown;
    rows?: { type?: unknown };
  };
  const more = typeof listed === 'string' ? { listed } : {};
  // a column may be called `columnsFrom`: then it is no list
  if (Array.isArray(columnsFrom)) {
    const { columns = {}, otherwise } = decl as { columns?: object; otherwise?: object };
    return {
      kind: frame ? 'frame' : 'stream',
      columns: columnsOf(columns),
      columnsFrom,
      ...(otherwise ? { otherwise: columnsOf(otherwise) } : {}),
    };
  }
  if (typeof columnsFromRole === 'string') return { kind: 'stream', columns: {}, columnsFromRole };
  // a column that is called `frame` has a type as text; a frame declaration has columns
  if (frame && typeof frame.type !== 'string') return { kind: 'frame', columns: columnsOf(frame), ...more };
  if (rows && typeof listed === 'string') return { kind: 'stream', columns: columnsOf(rows), listed };
  return { kind: 'stream', columns: columnsOf(decl) };
}

const portsOf = (several: Record<string, PortDecl> | undefined, single: PortDecl | undefined, name: string) =>
  several ? Object.fromEntries(Object.entries(several).map(([port, decl]) => [port, portOf(decl)])) : { [name]: portOf(single) };

const plain = (init: unknown): unknown => (typeof init === 'number' && !Number.isFinite(init) ? String(init) : init);

/** The block's definition as plain data. `publisher` qualifies the id: first-party blocks are `millwright/…`. */
export function manifestOf(block: AnyBlock, publisher = 'millwright'): BlockManifest {
  const shape = block.source ? 'source' : block.combine ? 'combine' : block.on ? 'on' : 'each';
  const { $schema: _, ...params } = z.toJSONSchema(block.params, { io: 'input' }) as JsonSchema;
  const state = Object.fromEntries(
    Object.entries(block.state ?? {}).map(([name, { kind, size, init }]): [string, StateManifest] => [
      name,
      { kind, ...(size === undefined ? {} : { size }), init: plain(init) },
    ]),
  );
  return {
    id: `${publisher}/${block.id}`,
    version: block.version,
    title: block.title,
    summary: block.summary,
    ...(block.words ? { words: block.words } : {}),
    icon: block.icon,
    ...(block.changes ? { changes: block.changes } : {}),
    ...(block.reference ? { reference: block.reference } : {}),
    ...(block.labels ? { labels: block.labels } : {}),
    params,
    shape,
    ...(block.source ? { source: block.source } : {}),
    inputs: shape === 'source' ? {} : portsOf(block.inputs, block.input, 'in'),
    outputs: portsOf(block.outputs, block.output, 'out'),
    ...(block.combine ? { combine: block.combine } : {}),
    ...(block.firesOn ? { firesOn: block.firesOn } : {}),
    optionalInputs: block.optionalInputs ?? [],
    ...(block.guards ? { guards: block.guards } : {}),
    ...(block.guarded ? { guarded: block.guarded } : {}),
    delays: block.delays ?? false,
    state,
    stateScope: block.stateScope ?? 'key',
    stateVersion: block.stateVersion ?? 1,
    carry: block.delays ? 'none' : (block.carry ?? 'all'),
    badQuality: block.badQuality ?? 'propagate',
    capabilities: block.capabilities ?? [],
  };
}
