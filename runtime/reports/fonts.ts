/**
 * Noto Sans SC (SIL Open Font License 1.1) comes in about a hundred files, each with some characters. A document takes those that its words need, and of them
 * the glyphs that it shows: it can be read on a machine that has no Chinese font.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Weight = 400 | 700;
interface Subset {
  readonly name: string;
  readonly ranges: readonly (readonly [number, number])[];
}
const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('@fontsource/noto-sans-sc/package.json'));
let subsets: readonly Subset[] | undefined;

/** Latin first: digits and letters are in one file, whatever else has them too. */
function allSubsets(): readonly Subset[] {
  if (subsets) return subsets;
  const told = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
  const made = Object.entries(told).map(
    ([name, text]): Subset => ({
      name: name.replace(/[[\]]/g, ''),
      ranges: text.split(',').map((part) => {
        const [from = '', to = from] = part.trim().replace(/^U\+/i, '').split('-');
        return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const;
      }),
    }),
  );
  const first = ['latin', 'latin-ext'];
  subsets = [...first.flatMap((name) => made.filter((s) => s.name === name)), ...made.filter((s) => !first.includes(s.name))];
  return subsets;
}

const known = new Map<number, string | undefined>();
function subsetOf(point: number): string | undefined {
  if (known.has(point)) return known.get(point);
  const name = allSubsets().find(({ ranges }) => ranges.some(([from, to]) => point >= from && point <= to))?.name;
  known.set(point, name);
  return name;
}

export interface Run {
  readonly subset: string;
  readonly text: string;
}
/** Text in pieces, each of one file; a character that no file has becomes a box, not a hole. */
export function runsOf(text: string): Run[] {
  const runs: { subset: string; text: string }[] = [];
  for (const letter of text.replaceAll(/\p{Cc}+/gu, ' ')) {
    const subset = subsetOf(letter.codePointAt(0) ?? 0);
    const shown = subset === undefined ? '?' : letter;
    const name = subset ?? 'latin';
    const last = runs.at(-1);
    if (last?.subset === name) last.text += shown;
    else runs.push({ subset: name, text: shown });
  }
  return runs;
}

export const fontFile = (subset: string, weight: Weight): Buffer =>
  readFileSync(join(folder, 'files', `noto-sans-sc-${subset}-${weight}-normal.woff`));
