import type { Bilingual } from '#runtime/graph/document.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { displayUnit } from '#runtime/units/units.ts';

/** `millwright/series.window` -> `series`. */
export const groupOf = (block: string): string => block.split('/').at(-1)?.split('.')[0] ?? '';

/** What a thing can be found by. */
export interface Findable {
  readonly id?: string;
  readonly title: Bilingual;
  readonly summary?: Bilingual;
  readonly words?: Bilingual;
  /** What goes in and comes out, in words. */
  readonly signals?: string;
}

/** How well something answers what was typed: 0 = not at all. Both languages, title first, then id and words, then signals and the summary. */
export function scoreOf(thing: Findable, query: string): number {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  const text = (pair: Bilingual | undefined) => (pair ? `${pair.en} ${pair.zh}`.toLowerCase() : '');
  const title = text(thing.title);
  const middle = `${thing.id ?? ''} ${text(thing.words)}`.toLowerCase();
  const signals = (thing.signals ?? '').toLowerCase();
  const summary = text(thing.summary);
  let score = 0;
  for (const word of words) {
    const hit = title.startsWith(word)
      ? 8
      : title.includes(word)
        ? 6
        : middle.includes(word)
          ? 3
          : signals.includes(word)
            ? 2
            : summary.includes(word)
              ? 1
              : 0;
    if (hit === 0) return 0;
    score += hit;
  }
  return score;
}

const TYPES: Readonly<Record<string, string>> = {
  wave: 'waveform 波形',
  boolean: 'on/off 开关',
  number: 'number 数值',
  text: 'text 文本',
  time: 'time 时间',
};
const signals = new WeakMap<BlockManifest, string>();

/** Ports, columns, their units and kinds of signal: “kW”, “waveform”, “rms”. */
function signalsOf(manifest: BlockManifest): string {
  const known = signals.get(manifest);
  if (known !== undefined) return known;
  const ports = { ...manifest.inputs, ...manifest.outputs };
  const words = Object.entries(ports).flatMap(([port, { kind, columns }]) => [
    port,
    kind === 'frame' ? 'table 表' : '',
    ...Object.entries(columns).flatMap(([name, { type, unit }]) => [
      name,
      TYPES[type] ?? type,
      typeof unit === 'string' ? displayUnit(unit) : '',
    ]),
    ...Object.values(manifest.labels ?? {}).flatMap(({ en, zh }) => [en, zh]),
  ]);
  const text = [...new Set(words)].join(' ');
  signals.set(manifest, text);
  return text;
}

export const searchScore = (manifest: BlockManifest, query: string): number =>
  scoreOf({ ...manifest, signals: query.trim() === '' ? '' : signalsOf(manifest) }, query);

/** Newest version of each block that answers the query, best first; in the catalogue's order while nothing was typed. */
export function searchBlocks(manifests: readonly BlockManifest[], query: string): BlockManifest[] {
  const scored = manifests
    .map((manifest, at) => ({ manifest, at, score: searchScore(manifest, query) }))
    .filter((hit) => hit.score > 0);
  return scored.sort((a, b) => b.score - a.score || a.at - b.at).map((hit) => hit.manifest);
}
