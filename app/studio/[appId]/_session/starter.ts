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
  | 'list'
  | 'object'
  | 'choice'
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
  if (schema.type === 'array' && schema.items && fieldKind(schema.items) !== 'json') return 'list';
  if (schema.type === 'object' && schema.properties) return 'object';
  if (discriminator(schema)) return 'choice';
  return 'json';
}

/** The property by which one of several kinds of object is told: `kind` of `{kind: "range", …} | {kind: "unique", …}`. */
export function discriminator(schema: JsonSchema): string | undefined {
  const [first] = schema.oneOf ?? [];
  return Object.keys(first?.properties ?? {}).find((name) =>
    schema.oneOf?.every((one) => one.properties?.[name]?.const !== undefined),
  );
}

/** A fresh item of a list: what its schema has no default for begins empty, so that its fields stand there to be filled. */
export function starterItem(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf?.[0]) return starterItem(schema.oneOf[0]);
  if (schema.type === 'array') return [];
  if (schema.type === 'boolean') return false;
  if (schema.type === 'number' || schema.type === 'integer') return 0;
  if (schema.type === 'string') return '';
  if (schema.type !== 'object') return null;
  const needed = (schema.required ?? []).flatMap((name) => {
    const property = schema.properties?.[name];
    return property && property.default === undefined ? [[name, starterItem(property)] as const] : [];
  });
  return Object.fromEntries(needed);
}
