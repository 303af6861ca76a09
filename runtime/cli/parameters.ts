import { Refused } from './outcome.ts';

/** `name=value` of a repeatable option. */
export function splitPair(pair: string, option: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new Refused([`${option} ${pair}: write name=value`]);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** Values as their parameters want them. */
export function parametersOf(
  declared: readonly { readonly key: string; readonly type: string }[],
  pairs: readonly string[],
): Record<string, number | boolean | string> {
  const values: Record<string, number | boolean | string> = {};
  const wrong: string[] = [];
  for (const pair of pairs) {
    const [key, text] = splitPair(pair, '--param');
    const type = declared.find((one) => one.key === key)?.type;
    if (!type)
      wrong.push(
        `--param ${key}: the graph has no such parameter (it has ${declared.map((one) => one.key).join(', ') || 'none'})`,
      );
    else if (type === 'text') values[key] = text;
    else if (type === 'boolean') {
      if (text === 'true' || text === 'false') values[key] = text === 'true';
      else wrong.push(`--param ${key}: write true or false, not "${text}"`);
    } else if (text.trim() !== '' && Number.isFinite(Number(text))) values[key] = Number(text);
    else wrong.push(`--param ${key}: "${text}" is no number`);
  }
  if (wrong.length > 0) throw new Refused(wrong);
  return values;
}
