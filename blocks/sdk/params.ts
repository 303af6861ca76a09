import { z } from 'zod';
import type { Bilingual } from '#runtime/graph/document.ts';

/**
 * Parameters are a Zod object; `field` adds what a person needs to see. From it come the inspector form, the defaults,
 * the validation and the documentation page. A message of your own check (`refine`) holds both languages: 'English | 中文'. `z.toJSONSchema` carries the same facts into the stored manifest, under `x-millwright`.
 */
export interface FieldMeta {
  readonly title: Bilingual;
  readonly help?: Bilingual;
  /** UCUM unit shown beside the number. */
  readonly unit?: string;
  /** Which editor the inspector uses; absent = by type. */
  readonly field?: 'expression' | 'code' | 'role' | 'unit' | 'column' | 'columns' | 'duration' | 'text-area' | 'bilingual';
  /** Title of each option of an enumeration. */
  readonly options?: Readonly<Record<string, Bilingual>>;
}
export const field = <T extends z.ZodType>(schema: T, meta: FieldMeta): T => schema.meta({ 'x-millwright': meta }) as T;

/** An expression over the block's input columns: in code it is a function of the row, in documents it is text. */
export type RowExpression<T> = (row: unknown) => T;
export const expression = <T extends number | boolean = number>(meta: Omit<FieldMeta, 'field'>) =>
  field(z.string().min(1).max(2000), { ...meta, field: 'expression' }) as unknown as z.ZodType<RowExpression<T>, string>;

/** Row `i` of a table, for the expressions of a list: `p.rules[k].when(rowAt(row, i))`. The compiler has its text. */
export function rowAt(_row: unknown, _i: number): unknown {
  throw new Error('rowAt is there in compiled programs only');
}

/** The user's own TypeScript: `export default function (row, state, ctx) { … }`; in documents it is text. */
export type UserCode = (row: unknown, state: Record<string, unknown>, ctx: unknown) => Record<string, unknown> | undefined;
export const code = (meta: Omit<FieldMeta, 'field'>) =>
  field(z.string().max(100_000), { ...meta, field: 'code' }) as unknown as z.ZodType<UserCode, string>;

/** The name of a tag role of the app. */
export const role = (meta: Omit<FieldMeta, 'field'>) => field(z.string(), { ...meta, field: 'role' });
/** A UCUM unit code. */
export const unit = (meta: Omit<FieldMeta, 'field'>) => field(z.string(), { ...meta, field: 'unit' });
/** Names of columns that the block reads beside its declared ones: an input port says `listed: '<this parameter>'`. */
export const columnNames = (meta: Omit<FieldMeta, 'field'>) =>
  field(
    z
      .array(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/))
      .min(1)
      .max(200)
      .refine((names) => new Set(names).size === names.length, { message: 'a column is named twice | 有列名重复' }),
    meta,
  );
/** Columns that the block's code gives: `[{ name, type, unit? }]`. */
export const columnList = (meta: Omit<FieldMeta, 'field'>) =>
  field(
    z
      .array(
        z.object({
          name: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/),
          type: z.enum(['number', 'integer', 'boolean', 'text', 'json']),
          unit: z.string().optional(),
        }),
      )
      .min(1),
    { ...meta, field: 'columns' },
  );

/** How a column is called: what code and formulas can write. */
export const columnName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]*$/, { message: 'a letter a–z, then letters, digits or _ | 以小写字母开头，后接字母、数字或下划线' });
