import { checkDigit, checkPair } from './check-digit.ts';
import { DICTIONARY } from './dictionary.ts';

/** Element strings by the GS1 Syntax Dictionary: which AI there are, what their data look like, which belong together. */

interface Component {
  readonly set: string;
  readonly least: number;
  readonly most: number;
  readonly optional: boolean;
  readonly linters: readonly string[];
}
export interface Entry {
  readonly from: string;
  readonly to: string;
  /** Its length is known, so no separator follows it. */
  readonly fixed: boolean;
  readonly components: readonly Component[];
  readonly requires: readonly string[];
  readonly excludes: readonly string[];
  readonly title: string;
}

/** Grammar: head of the dictionary's file. @throws Error with the line that is none */
export function parseDictionary(text: string): Entry[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [body = '', title = ''] = line.split(' # ');
      const words = body.trim().split(/\s+/);
      const ai = /^(\d{2,4})(?:-(\d{2,4}))?$/.exec(words[0] ?? '');
      if (!ai) throw new Error(`not an entry of the dictionary: ${line}`);
      const flags = /^[NXYZ[]/.test(words[1] ?? '') ? '' : (words[1] ?? '');
      const rest = words.slice(flags === '' ? 1 : 2);
      const components = rest.flatMap((word) => {
        const m = /^(\[?)([NXYZ])(?:(\.\.)(\d+)|(\d+))\]?((?:,[a-z0-9]+)*)$/.exec(word);
        if (!m) return [];
        const most = Number(m[4] ?? m[5]);
        const linters = (m[6] ?? '').split(',').filter((x) => x !== '');
        return [{ set: m[2] ?? 'X', least: m[3] ? 1 : most, most, optional: m[1] === '[', linters }];
      });
      const values = (name: string) => rest.filter((w) => w.startsWith(`${name}=`)).map((w) => w.slice(name.length + 1));
      return {
        from: ai[1] ?? '',
        to: ai[2] ?? ai[1] ?? '',
        fixed: flags.includes('*'),
        components,
        requires: values('req'),
        excludes: values('ex').flatMap((v) => v.split(',')),
        title: title.trim(),
      };
    });
}

let entries: readonly Entry[] | undefined;
export function findEntry(ai: string): Entry | undefined {
  entries ??= parseDictionary(DICTIONARY);
  return entries.find((e) => e.from.length === ai.length && ai >= e.from && ai <= e.to);
}

export interface Fault {
  /** `unknown-ai`, `length`, `characters`, `check-digit`, `date`, `number`, `missing-companion`, `excluded`, `repeated`, `format`. */
  readonly reason: string;
  /** The AI or the part of the text. */
  readonly at: string;
}
export type Elements = readonly (readonly [ai: string, value: string])[];

const SETS: Readonly<Record<string, RegExp>> = {
  N: /^[0-9]*$/,
  X: /^[!"%-?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
  Z: /^[A-Za-z0-9_-]*=*$/,
};

/** Separator of element strings as scanners give it. */
export const FNC1 = '\u001d';
const without = (text: string): string => (text.endsWith(FNC1) ? text.slice(0, -1) : text);

/** Brackets, or as scanned with separators (FNC1 as ASCII 29), with or without symbology identifier. */
export function splitElements(text: string): Elements | Fault {
  const plain = text.replace(/^\](?:C1|e0|d2|Q3|J1)/, '');
  if (plain.startsWith(FNC1)) return splitElements(plain.slice(1));
  if (plain.startsWith('(')) {
    const parts = [...plain.matchAll(/\((\d{2,4})\)((?:[^(]|\((?!\d{2,4}\)))*)/g)];
    if (parts.map((p) => p[0]).join('') !== plain) return { reason: 'format', at: plain };
    return parts.map((p): [string, string] => [p[1] ?? '', without(p[2] ?? '')]);
  }
  const found: [string, string][] = [];
  let at = 0;
  while (at < plain.length) {
    let entry: Entry | undefined;
    let length = 1;
    while (!entry && length < 4) entry = findEntry(plain.slice(at, at + ++length));
    if (!entry) return { reason: 'unknown-ai', at: plain.slice(at, at + 4) };
    const begin = at + length;
    const separator = plain.indexOf(FNC1, begin);
    const until = separator < 0 ? plain.length : separator;
    const whole = entry.components.reduce((sum, c) => sum + c.most, 0);
    const end = entry.fixed ? Math.min(begin + whole, until) : until;
    found.push([plain.slice(at, begin), plain.slice(begin, end)]);
    at = plain[end] === FNC1 ? end + 1 : end;
  }
  return found.length > 0 ? found : { reason: 'format', at: text };
}

export function checkElements(elements: Elements, companions: boolean): Fault | undefined {
  const seen = new Map<string, string>();
  for (const [ai, value] of elements) {
    const entry = findEntry(ai);
    if (!entry) return { reason: 'unknown-ai', at: ai };
    const reason = checkValue(entry, value);
    if (reason) return { reason, at: ai };
    if (seen.has(ai) && seen.get(ai) !== value) return { reason: 'repeated', at: ai };
    seen.set(ai, value);
  }
  if (!companions) return undefined;
  const have = [...seen.keys()];
  const matches = (pattern: string, ai: string) =>
    ai.length >= pattern.length && [...pattern].every((c, i) => c === 'n' || c === ai[i]);
  for (const ai of have) {
    const entry = findEntry(ai);
    for (const list of entry?.requires ?? [])
      if (
        !list.split(',').some((all) => all.split('+').every((one) => have.some((other) => other !== ai && matches(one, other))))
      )
        return { reason: 'missing-companion', at: ai };
    for (const pattern of entry?.excludes ?? []) {
      const other = have.find((x) => x !== ai && matches(pattern, x));
      if (other) return { reason: 'excluded', at: other };
    }
  }
  return undefined;
}

function checkValue(entry: Entry, value: string): string | undefined {
  let rest = value;
  for (const c of entry.components) {
    if (rest === '' && c.optional) return undefined;
    const part = rest.slice(0, c.most);
    if (part.length < c.least) return 'length';
    if (!SETS[c.set]?.test(part)) return 'characters';
    for (const linter of c.linters) {
      const fault = lint(linter, part);
      if (fault) return fault;
    }
    rest = rest.slice(part.length);
  }
  return rest === '' ? undefined : 'length';
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Two-digit years by the sliding century do not matter for the length of a month: 2000 is a leap year as 00 says. */
export function dateFault(year: number, month: number, day: number, dayMayBeZero: boolean): boolean {
  if (month < 1 || month > 12) return true;
  const leap = month === 2 && year % 4 === 0 && (year < 100 || year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  return day > (LENGTHS[month - 1] as number) + leap || (day === 0 && !dayMayBeZero);
}

/** The dictionary's linters by name; lists of countries, currencies and packages are not judged. */
function lint(linter: string, part: string): string | undefined {
  const two = (i: number) => Number(part.slice(i, i + 2));
  switch (linter) {
    case 'csum':
      return checkDigit(part.slice(0, -1)) === part.slice(-1) ? undefined : 'check-digit';
    case 'csumalpha':
      return checkPair(part.slice(0, -2)) === part.slice(-2) ? undefined : 'check-digit';
    case 'yymmdd':
    case 'yymmd0':
      return dateFault(two(0), two(2), two(4), linter === 'yymmd0') ? 'date' : undefined;
    case 'yyyymmdd':
      return dateFault(Number(part.slice(0, 4)), two(4), two(6), false) ? 'date' : undefined;
    case 'hh':
      return two(0) > 23 ? 'date' : undefined;
    case 'hhmi':
      return two(0) > 23 || two(2) > 59 ? 'date' : undefined;
    case 'zero':
      return /^0*$/.test(part) ? undefined : 'number';
    case 'nonzero':
      return /[1-9]/.test(part) ? undefined : 'number';
    case 'nozeroprefix':
      return part.length > 1 && part.startsWith('0') ? 'number' : undefined;
    case 'hasnondigit':
      return /\D/.test(part) ? undefined : 'characters';
    case 'yesno':
      return /^[01]$/.test(part) ? undefined : 'number';
    case 'winding':
      return /^[019]$/.test(part) ? undefined : 'number';
    case 'iso5218':
      return /^[0129]$/.test(part) ? undefined : 'number';
    case 'pieceoftotal': {
      const half = part.length / 2;
      const [piece, total] = [Number(part.slice(0, half)), Number(part.slice(half))];
      return piece >= 1 && piece <= total ? undefined : 'number';
    }
    case 'latitude':
      return Number(part) <= 1_800_000_000 ? undefined : 'number';
    case 'longitude':
      return Number(part) <= 3_600_000_000 ? undefined : 'number';
    case 'hyphen':
      return /^-*$/.test(part) ? undefined : 'characters';
    case 'pcenc':
      return /^(?:[^%]|%[0-9A-Fa-f]{2})*$/.test(part) ? undefined : 'characters';
    default:
      return undefined;
  }
}
