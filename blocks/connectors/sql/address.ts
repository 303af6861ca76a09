import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

/** One column of the rows of a table (or view) whose other columns have these values. */
export interface Address {
  /** Name, or schema and name. */
  readonly table: readonly string[];
  readonly where: ReadonlyMap<string, string>;
  readonly column: string;
  /** Column with the event time; without it the time is that of arrival. */
  readonly time?: string;
  /** Writing the tag inserts a row into this table. */
  readonly insert?: { readonly table: readonly string[]; readonly column: string; readonly time?: string };
}

const NAME = /^[^\s"'`;[\]#@>=,.\0]{1,63}$/u;
const names = (text: string): readonly string[] | undefined => {
  const parts = text.split('.');
  return parts.length <= 2 && parts.every((part) => NAME.test(part)) ? parts : undefined;
};
const refused = (en: string, zh: string) => ({ ok: false as const, code: 'address.form', message: { en, zh } });

/** `table[key=value,…]#column@time>table#column@time`; table, `#` and column are needed. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const [read = '', write, ...more] = text.trim().split('>');
  const place = parsePlace(read);
  const target = write === undefined ? undefined : parsePlace(write.trim());
  if (more.length > 0 || !place || (write !== undefined && (!target || target.where.size > 0))) {
    return refused(
      `“${text}” is not a column of a table. Write table[key=value]#column@time, for example readings[machine=P1]#force@ts. Names hold no spaces, quotes or brackets.`,
      `“${text}”不是表中的列。应写成 表[键=值]#列@时间列，例如 readings[machine=P1]#force@ts。名称中不能含空格、引号或方括号。`,
    );
  }
  if (!target) return { ok: true, address: place };
  const { where: _none, ...insert } = target;
  return { ok: true, address: { ...place, insert } };
}

function parsePlace(text: string): Omit<Address, 'insert'> | undefined {
  const match = /^([^[#]+)(?:\[([^\]]*)\])?#([^@]+)(?:@(.+))?$/.exec(text);
  if (!match) return undefined;
  const [, tableText = '', filter, column = '', time] = match;
  const table = names(tableText);
  if (!table || !NAME.test(column) || (time !== undefined && !NAME.test(time))) return undefined;
  const where = new Map<string, string>();
  for (const part of filter === undefined ? [] : filter.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    if (at < 1 || !NAME.test(key)) return undefined;
    where.set(key, part.slice(at + 1).trim());
  }
  return { table, where, column, ...(time === undefined ? {} : { time }) };
}

export function checkAddress(text: string, type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  if (type === 'wave') return refused('A column holds one value, not a waveform.', '一列只能存放单个数值，不能存放波形。');
  return { ok: true };
}
