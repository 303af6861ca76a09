import { z } from 'zod';
import type { AppParameter, Bilingual } from './document.ts';
import type { CatalogueBlock, JsonSchema } from './manifest.ts';

export type ParameterValue = number | boolean | string;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** The app parameters with the given values laid over the defaults. */
export function parameterValues(parameters: readonly AppParameter[], given: ParameterValues = {}): ParameterValues {
  return Object.fromEntries(parameters.map((p) => [p.key, given[p.key] ?? p.default]));
}

export interface UnknownParameter {
  readonly path: string;
  readonly key: string;
}

/** Node parameters with every `{ "$parameter": "key" }` replaced by the app parameter's value. */
export function resolveParameters(
  params: Readonly<Record<string, unknown>>,
  values: ParameterValues,
): { readonly params: Record<string, unknown>; readonly unknown: readonly UnknownParameter[] } {
  const unknown: UnknownParameter[] = [];
  const go = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((item, i) => go(item, path ? `${path}.${i}` : String(i)));
    if (value === null || typeof value !== 'object') return value;
    const record = value as Record<string, unknown>;
    const key = record.$parameter;
    if (typeof key === 'string' && Object.keys(record).length === 1) {
      if (Object.hasOwn(values, key)) return values[key];
      unknown.push({ path, key });
      return undefined;
    }
    return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, go(v, path ? `${path}.${k}` : k)]));
  };
  return { params: go(params, '') as Record<string, unknown>, unknown };
}

/** A message written for one check (`refine`, `regex`) holds both languages: `English | 中文`. Others come from Zod's own catalogues. */
export function bothLanguages(en: string, zh: string): Bilingual {
  const [first, second] = en.split(' | ');
  return second === undefined || first === undefined ? { en, zh } : { en: first, zh: second };
}

export interface ParamIssue {
  readonly path: string;
  readonly message: Bilingual;
}

const english = z.locales.en().localeError;
const chinese = z.locales.zhCN().localeError;

/** Parameters validated and completed, or what is wrong with them in both languages. */
export function parseParams(
  block: CatalogueBlock,
  params: unknown,
):
  | { readonly ok: true; readonly params: Record<string, unknown> }
  | { readonly ok: false; readonly issues: readonly ParamIssue[] } {
  const inEnglish = block.params.safeParse(params, { error: english });
  if (inEnglish.success) return { ok: true, params: inEnglish.data as Record<string, unknown> };
  const inChinese = block.params.safeParse(params, { error: chinese });
  const zh = inChinese.success ? [] : inChinese.error.issues;
  const issues = inEnglish.error.issues.map(
    (issue, i): ParamIssue => ({
      path: issue.path.join('.'),
      message: absent(issue, params)
        ? { en: 'needed, there is no default', zh: '必填，没有默认值' }
        : bothLanguages(issue.message, zh[i]?.message ?? issue.message),
    }),
  );
  return { ok: false, issues };
}

/** Nothing was given where something is needed: Zod speaks of `undefined`, which no engineer has entered. */
function absent(issue: { readonly code: string; readonly path: readonly PropertyKey[] }, params: unknown): boolean {
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return false;
  const given = issue.path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    params,
  );
  return given === undefined;
}

export interface ParamField {
  readonly path: string;
  /** `expression`, `code`, `role`, `unit`, … of the parameter's `x-millwright`. */
  readonly field: string;
  readonly value: unknown;
}

/** Every parameter value that has a special field kind, wherever it stands in lists and groups. */
export function fieldsOf(schema: JsonSchema, value: unknown, path = ''): ParamField[] {
  const out: ParamField[] = [];
  const meta = schema['x-millwright'] as { field?: string } | undefined;
  if (meta?.field && value !== undefined) out.push({ path, field: meta.field, value });
  const join = (key: string | number) => (path ? `${path}.${key}` : String(key));
  if (schema.properties && value !== null && typeof value === 'object' && !Array.isArray(value))
    for (const [key, inner] of Object.entries(schema.properties))
      out.push(...fieldsOf(inner, (value as Record<string, unknown>)[key], join(key)));
  if (schema.items && Array.isArray(value))
    value.forEach((item, i) => void out.push(...fieldsOf(schema.items as JsonSchema, item, join(i))));
  for (const part of schema.allOf ?? []) out.push(...fieldsOf(part, value, path));
  const variants = schema.oneOf ?? schema.anyOf ?? [];
  const fitting = variants.find((v) => fits(v, value));
  if (fitting) out.push(...fieldsOf(fitting, value, path));
  return out;
}

/** Which variant of a union a value is: by its constants, else by its type. */
function fits(schema: JsonSchema, value: unknown): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.type === 'object') {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
    return Object.entries(schema.properties ?? {}).every(
      ([k, s]) => s.const === undefined || s.const === (value as Record<string, unknown>)[k],
    );
  }
  if (schema.type === 'array') return Array.isArray(value);
  if (schema.type === 'integer' || schema.type === 'number') return typeof value === 'number';
  if (schema.type === 'null') return value === null;
  return schema.type === undefined || typeof value === schema.type;
}

export function valueAt(params: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = params;
  for (const key of path.split('.'))
    value = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
  return value;
}
