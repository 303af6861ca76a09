import { type AddressCheck, ConnectorError } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';

/** What a connection shows at one address of its own. */
export interface Point<A> {
  readonly address: A;
  /** As it was written. */
  readonly text: string;
  /** A tag's name, or `@<asset code>/<output>.<column>`. */
  readonly name: string;
}

/** The setting of every connection that shows values: one a line. */
export const pointsField = (example: string) =>
  field(z.string().max(200_000).default(''), {
    title: { en: 'Published values', zh: '发布的变量' },
    help: {
      en: `One a line: address = tag name, or address = @asset code/output.column for what an app computes. For example ${example}`,
      zh: `每行一个：地址 = 变量名；应用的计算结果写作 地址 = @设备编号/输出.列。例如 ${example}`,
    },
    field: 'text-area',
  });

const wrong = (line: number, en: string, zh: string) =>
  new ConnectorError('address', 'published.line', {
    en: `Published values, line ${line}: ${en}`,
    zh: `发布的变量第 ${line} 行：${zh}`,
  });

/** The points of the setting; empty lines and those that begin with `#` say nothing. Throws what names the first line that is none. */
export function parsePoints<A>(
  text: string,
  parse: (address: string) => { readonly ok: true; readonly address: A } | Extract<AddressCheck, { ok: false }>,
): readonly Point<A>[] {
  const seen = new Map<string, number>();
  return text.split('\n').flatMap((written, i): Point<A>[] => {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) return [];
    const at = line.indexOf('=');
    const [address, name] = [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
    if (at < 1 || address === '' || name === '')
      throw wrong(i + 1, `“${line}” is not “address = name”.`, `“${line}”不是“地址 = 名称”的形式。`);
    const parsed = parse(address);
    if (!parsed.ok) throw wrong(i + 1, parsed.message.en, parsed.message.zh);
    const before = seen.get(address);
    if (before !== undefined)
      throw wrong(i + 1, `${address} stands on line ${before} already.`, `${address} 已在第 ${before} 行使用。`);
    seen.set(address, i + 1);
    return [{ address: parsed.address, text: address, name }];
  });
}
