import { z } from 'zod';
import { type Bilingual, bilingual } from '#runtime/graph/document.ts';
import { isUnit } from '#runtime/units/units.ts';

/** What a field holds: how a cell of a file is read, how a screen asks for it. */
export type FieldType =
  | 'text'
  | 'words' // a text in both languages
  | 'number'
  | 'integer'
  | 'decimal' // money and legal quantities, as text: never a binary float
  | 'boolean'
  | 'date' // YYYY-MM-DD
  | 'time' // ISO 8601 with zone
  | 'choice'
  | 'list';

export interface RecordField {
  readonly type: FieldType;
  readonly title: Bilingual;
  readonly schema: z.ZodType;
  readonly optional: boolean;
  /** UCUM, of a number that always has this unit. */
  readonly unit?: string;
  /** Kind of the record whose code it holds. */
  readonly refers?: string;
  readonly options?: Readonly<Record<string, Bilingual>>;
  /** Of a list: what each of its rows holds. */
  readonly fields?: Readonly<Record<string, RecordField>>;
}
export type RecordFields = Readonly<Record<string, RecordField>>;

const make = (type: FieldType, en: string, zh: string, schema: z.ZodType, more: Partial<RecordField> = {}): RecordField => ({
  type,
  title: { en, zh },
  schema,
  optional: false,
  ...more,
});
/** A rule of the product carries its sentence in both languages. */
export const rule = (en: string, zh: string) => ({ message: en, params: { en, zh } });

export const optional = (field: RecordField): RecordField => ({ ...field, optional: true });
export const text = (en: string, zh: string, most = 200): RecordField => make('text', en, zh, z.string().min(1).max(most));
export const note = (en = 'Note', zh = '备注'): RecordField => optional(text(en, zh, 2000));
export const words = (en: string, zh: string): RecordField => make('words', en, zh, bilingual);
export const flag = (en: string, zh: string): RecordField => make('boolean', en, zh, z.boolean());

interface Range {
  readonly unit?: string;
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
}
const within = (schema: z.ZodNumber, { least, above, most }: Range): z.ZodNumber => {
  let ranged = schema;
  if (least !== undefined) ranged = ranged.min(least);
  if (above !== undefined) ranged = ranged.gt(above);
  if (most !== undefined) ranged = ranged.max(most);
  return ranged;
};
export const number = (en: string, zh: string, range: Range = {}): RecordField =>
  make('number', en, zh, within(z.number(), range), range.unit === undefined ? {} : { unit: range.unit });
export const integer = (en: string, zh: string, range: Range = {}): RecordField =>
  make('integer', en, zh, within(z.int(), range), range.unit === undefined ? {} : { unit: range.unit });
/** Of something: never below zero. */
export const quantity = (en = 'Quantity', zh = '数量'): RecordField => number(en, zh, { least: 0 });
export const decimal = (en: string, zh: string): RecordField =>
  make(
    'decimal',
    en,
    zh,
    z
      .string()
      .refine(
        (amount) => /^-?\d{1,15}(\.\d{1,6})?$/.test(amount),
        rule(
          'Write a decimal number of at most 15 digits and 6 places, such as 12.50.',
          '请填写十进制数，整数最多 15 位、小数最多 6 位，例如 12.50。',
        ),
      ),
  );
export const currency = (en = 'Currency', zh = '币种'): RecordField =>
  make(
    'text',
    en,
    zh,
    z
      .string()
      .refine((code) => CURRENCIES.has(code), rule('Write an ISO 4217 code, such as CNY.', '请填写 ISO 4217 代码，例如 CNY。')),
  );
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
export const unitCode = (en = 'Unit', zh = '单位'): RecordField =>
  make(
    'text',
    en,
    zh,
    z
      .string()
      .max(40)
      .refine(isUnit, rule('Write a UCUM code, such as kg, m or 1 for pieces.', '请填写 UCUM 单位代码，例如 kg、m；件数用 1。')),
  );
export const date = (en: string, zh: string): RecordField => make('date', en, zh, z.iso.date());
export const time = (en: string, zh: string): RecordField => make('time', en, zh, z.iso.datetime({ offset: true }));
export const clock = (en: string, zh: string): RecordField =>
  make(
    'text',
    en,
    zh,
    z
      .string()
      .refine(
        (hour) => /^([01]\d|2[0-3]):[0-5]\d$/.test(hour),
        rule('Write a time of day from 00:00 to 23:59.', '请填写 00:00 至 23:59 的时刻。'),
      ),
  );
const ZONES: ReadonlySet<string> = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
export const zone = (): RecordField =>
  make(
    'text',
    'Time zone',
    '时区',
    z
      .string()
      .refine(
        (name) => ZONES.has(name),
        rule('Write a time zone such as Asia/Shanghai.', '请填写时区名称，例如 Asia/Shanghai。'),
      ),
  );
export const hash = (en = 'SHA-256', zh = 'SHA-256'): RecordField =>
  make(
    'text',
    en,
    zh,
    z
      .string()
      .refine(
        (hex) => /^[0-9a-f]{64}$/.test(hex),
        rule('Write a SHA-256 of 64 hexadecimal digits.', '请填写 64 位十六进制 SHA-256。'),
      ),
  );
export const digits = (en: string, zh: string, fits: (value: string) => boolean, say: readonly [string, string]): RecordField =>
  make(
    'text',
    en,
    zh,
    z
      .string()
      .max(40)
      .refine(fits, rule(...say)),
  );
export const choice = (en: string, zh: string, options: Readonly<Record<string, Bilingual>>): RecordField =>
  make('choice', en, zh, z.enum(Object.keys(options) as [string, ...string[]]), { options });
/** The code of a record of this kind, which must be there. */
export const refers = (kind: string, en: string, zh: string): RecordField =>
  make('text', en, zh, z.string().min(1).max(120), { refers: kind });
/** A machine or place by its code; what works without the tree of assets may name others. */
export const place = (en = 'Work unit', zh = '作业单元'): RecordField => text(en, zh, 200);
/** A person by a name of the company's choice, never by the real one. */
export const pseudonym = (en = 'Person', zh = '人员'): RecordField => text(en, zh, 100);

/** Rows of fields. `unique`: no two rows have the same value there. */
export function list(
  en: string,
  zh: string,
  fields: RecordFields,
  { least = 0, most = 1000, unique }: { readonly least?: number; readonly most?: number; readonly unique?: string } = {},
): RecordField {
  const rows = z.array(objectOf(fields)).min(least).max(most);
  const schema =
    unique === undefined
      ? rows
      : rows.superRefine((all, ctx) => {
          const seen = new Set<unknown>();
          for (const [at, row] of all.entries()) {
            const value = row[unique];
            if (seen.has(value))
              ctx.addIssue({ code: 'custom', path: [at, unique], ...rule(`“${value}” stands twice.`, `“${value}”重复。`) });
            seen.add(value);
          }
        });
  return make('list', en, zh, schema, { fields });
}

export function objectOf(fields: RecordFields): z.ZodObject {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(fields).map(([name, { schema, optional }]) => [name, optional ? schema.optional() : schema]),
    ),
  );
}
