import type { BlockManifest, JsonSchema } from '#runtime/graph/manifest.ts';

const CODE = `export default function (row, state, ctx) {
  // row: time, key, quality and the columns of the input; state is kept per key.
  return { value: row.value };
}
`;

/** Parameters of a fresh node: what a block cannot have a default for, but a person should not begin with nothing. */
export function starterParams(manifest: BlockManifest): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(manifest.params.properties ?? {})) {
    if (schema.default !== undefined) continue;
    const kind = fieldMeta(schema)?.field;
    if (kind === 'code') params[name] = CODE;
    if (kind === 'columns') params[name] = [{ name: 'value', type: 'number', unit: '1' }];
  }
  return params;
}

export interface FieldFacts {
  readonly title?: { readonly en: string; readonly zh: string };
  readonly help?: { readonly en: string; readonly zh: string };
  readonly unit?: string;
  readonly field?: string;
  readonly options?: Readonly<Record<string, { readonly en: string; readonly zh: string }>>;
}
export const fieldMeta = (schema: JsonSchema): FieldFacts | undefined => schema['x-millwright'] as FieldFacts | undefined;

export type FieldKind =
  | 'expression'
  | 'code'
  | 'role'
  | 'unit'
  | 'column'
  | 'columns'
  | 'duration'
  | 'text-area'
  | 'bilingual'
  | 'enum'
  | 'boolean'
  | 'number'
  | 'text'
  | 'json';
const SPECIAL: readonly FieldKind[] = [
  'expression',
  'code',
  'role',
  'unit',
  'column',
  'columns',
  'duration',
  'text-area',
  'bilingual',
];

/** Which editor a parameter gets: the block's wish, else by its type. */
export function fieldKind(schema: JsonSchema): FieldKind {
  const wish = fieldMeta(schema)?.field;
  const special = SPECIAL.find((kind) => kind === wish);
  if (special) return special;
  if (schema.enum) return 'enum';
  if (schema.type === 'boolean') return 'boolean';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'string') return 'text';
  return 'json';
}
