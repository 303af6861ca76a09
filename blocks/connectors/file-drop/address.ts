import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

/** One column of the rows of files with such names whose other columns have these values. */
export interface Address {
  /** Name of a file; `*` stands for any letters. */
  readonly pattern: string;
  readonly where: ReadonlyMap<string, string>;
  readonly column: string;
  readonly time?: string;
}

const refused = (en: string, zh: string) => ({ ok: false as const, code: 'address.form', message: { en, zh } });

/** `pattern[key=value,…]#column@time`; `@time` may be left out. */
export function parseAddress(
  text: string,
): { readonly ok: true; readonly address: Address } | Extract<AddressCheck, { ok: false }> {
  const match = /^([^[\]#@/\\]+)(?:\[([^\]]*)\])?#([^@#]+)(?:@([^@#]+))?$/.exec(text.trim());
  const [, pattern = '', filter, column = '', time] = match ?? [];
  const where = new Map<string, string>();
  let fits = match !== null && !pattern.startsWith('.');
  for (const part of filter === undefined ? [] : filter.split(',')) {
    const at = part.indexOf('=');
    if (at < 1) fits = false;
    else where.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  if (!fits) {
    return refused(
      `“${text}” is not a column of files. Write name*.csv[key=value]#column@time, for example press*.csv[line=2]#force@ts. Names hold no slashes.`,
      `“${text}”不是文件中的列。应写成 文件名*.csv[键=值]#列@时间列，例如 press*.csv[line=2]#力@时间。文件名不能含斜杠。`,
    );
  }
  return {
    ok: true,
    address: { pattern: pattern.trim(), where, column: column.trim(), ...(time === undefined ? {} : { time: time.trim() }) },
  };
}

export function checkAddress(text: string, type: TagValueType): AddressCheck {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  if (type === 'wave') return refused('A cell holds one value, not a waveform.', '单元格只能存放单个数值，不能存放波形。');
  return { ok: true };
}

/** Does a file's name fit the pattern? Letters of either case. */
export function fits(pattern: string, name: string): boolean {
  const text = pattern.split('*').map((part) => part.replace(/[.+?^${}()|\\]/g, '\\$&'));
  return new RegExp(`^${text.join('.*')}$`, 'iu').test(name);
}
