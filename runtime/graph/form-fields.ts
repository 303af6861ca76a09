import type { Bilingual } from './document.ts';

/** What a person fills in on a form: one column of the record that a submit gives. Pure, so that the screen says at once what the server would refuse. */
export type FieldKind = 'number' | 'text' | 'choice' | 'boolean' | 'date';
export interface FormField {
  readonly name: string;
  readonly title: Bilingual;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Of a number. */
  readonly unit: string;
  readonly low: number | null;
  readonly high: number | null;
  /** Of a text: characters. */
  readonly most: number;
  readonly options: readonly { readonly value: string; readonly title: Bilingual | null }[];
  /** Of a date: with the time of day. */
  readonly clock: boolean;
}

/** What was entered: dates as the wall clock of the plant, `2026-11-23` or `2026-11-23T14:30`. */
export type Entered = number | string | boolean | null;
export interface FieldProblem {
  readonly field: string;
  readonly code: 'missing' | 'type' | 'range' | 'length' | 'option' | 'date' | 'unknown';
  readonly message: Bilingual;
}

const problem = (field: string, code: FieldProblem['code'], en: string, zh: string): FieldProblem => ({
  field,
  code,
  message: { en, zh },
});

/** What is wrong with an entry, field by field; nothing when it may be sent. */
export function checkEntry(fields: readonly FormField[], values: Readonly<Record<string, Entered>>): FieldProblem[] {
  const strangers = Object.keys(values).filter((name) => !fields.some((field) => field.name === name));
  return [
    ...fields.flatMap((field) => checkField(field, values[field.name]) ?? []),
    ...strangers.map((name) => problem(name, 'unknown', `The form has no field “${name}”.`, `表单没有字段“${name}”。`)),
  ];
}

export function checkField(field: FormField, value: Entered | undefined): FieldProblem | undefined {
  const { name, title, kind } = field;
  const tell = (code: FieldProblem['code'], en: string, zh: string) =>
    problem(name, code, `${title.en} ${en}`, `${title.zh}${zh}`);
  if (value === undefined || value === null || value === '')
    return field.required ? tell('missing', 'must be given.', '为必填项。') : undefined;
  if (kind === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return tell('type', 'must be a number.', '须为数值。');
    const { low, high } = field;
    if ((low === null || value >= low) && (high === null || value <= high)) return undefined;
    const unit = field.unit === '1' ? '' : ` ${field.unit}`;
    return tell(
      'range',
      `must lie between ${low ?? '−∞'} and ${high ?? '∞'}${unit}; ${value} does not.`,
      `须在 ${low ?? '−∞'} 到 ${high ?? '∞'}${unit} 之间，${value} 超出范围。`,
    );
  }
  if (kind === 'boolean') return typeof value === 'boolean' ? undefined : tell('type', 'must be yes or no.', '须为是或否。');
  if (typeof value !== 'string') return tell('type', 'must be a text.', '须为文本。');
  if (kind === 'choice') {
    if (field.options.some((option) => option.value === value)) return undefined;
    const known = field.options.map((option) => option.value);
    return tell('option', `must be one of ${known.join(', ')}.`, `须为以下之一：${known.join('、')}。`);
  }
  if (kind === 'date')
    return wallClock(value, field.clock)
      ? undefined
      : tell(
          'date',
          field.clock ? 'must be a date with a time, 2026-11-23T14:30.' : 'must be a date, 2026-11-23.',
          field.clock ? '须为日期和时间，如 2026-11-23T14:30。' : '须为日期，如 2026-11-23。',
        );
  if (value.length <= field.most) return undefined;
  return tell(
    'length',
    `takes ${field.most} characters, not ${value.length}.`,
    `最多 ${field.most} 个字符，当前 ${value.length} 个。`,
  );
}

/** Date and minutes of a wall clock; absent where the text is none, such as 30 February. */
export function wallClock(text: string, clock: boolean): { readonly date: string; readonly minutes: number } | undefined {
  const found = (clock ? /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})$/ : /^(\d{4}-\d{2}-\d{2})$/).exec(text);
  if (!found) return undefined;
  const [, date = '', hours = '0', minutes = '0'] = found;
  const day = new Date(`${date}T00:00:00Z`);
  const real = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) && Number(hours) < 24 && Number(minutes) < 60;
  return real ? { date, minutes: Number(hours) * 60 + Number(minutes) } : undefined;
}

/** An entry as the columns of its row; what was left empty is missing. `instant`: a wall clock of the plant as epoch ms. */
export function entryRow(
  fields: readonly FormField[],
  values: Readonly<Record<string, Entered>>,
  instant: (date: string, minutes: number) => number,
): Record<string, number | string | boolean> {
  const row: Record<string, number | string | boolean> = {};
  for (const { name, kind, clock } of fields) {
    const value = values[name];
    if (value === undefined || value === null || value === '') continue;
    const wall = kind === 'date' ? wallClock(String(value), clock) : undefined;
    row[name] = wall ? instant(wall.date, wall.minutes) : value;
  }
  return row;
}
