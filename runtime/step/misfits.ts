import { BAD } from '#runtime/batch/quality.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import type { DeadRow, ProgramInfo } from './contract.ts';

/**
 * Values that do not fit the column that they are for: a text where a number is needed, a number where a wave is. They are not turned into something else,
 * and give no row: they are set aside with their reason, and the stream goes on. Of each source one letter a step, with how many there were.
 */
export interface Misfit {
  /** What came. */
  readonly kind: 'text' | 'wave' | 'number';
  readonly value: string;
}

/** Of the letter's text. */
const MOST_LETTERS = 80;
const NUMBERS = new Set(['number', 'integer', 'boolean', 'time']);

/** What is wrong with a sample for a source whose first column has this type; undefined = it fits. */
export function misfit(type: string | undefined, entry: SamplesEntry, sample: number): Misfit | undefined {
  const other = entry.other?.[sample];
  // where quality says that there is no value, it says all
  if (type === undefined || (entry.quality?.[sample] ?? 0) >= BAD) return undefined;
  if (NUMBERS.has(type)) {
    if (!other) return undefined;
    return 'text' in other ? { kind: 'text', value: other.text } : { kind: 'wave', value: '' };
  }
  if (type === 'wave') {
    if (other && 'wave' in other) return undefined;
    return other ? { kind: 'text', value: other.text } : { kind: 'number', value: String(entry.value[sample]) };
  }
  return other && 'wave' in other ? { kind: 'wave', value: '' } : undefined;
}

export class Misfits {
  /** Type of the first column of each source. */
  readonly types: readonly (string | undefined)[];
  readonly waves: boolean;
  private readonly info: ProgramInfo;
  private readonly found = new Map<string, { source: number; key: string; first: Misfit; count: number }>();

  constructor(info: ProgramInfo) {
    this.info = info;
    this.types = info.sources.map(({ schema }) => Object.values(schema.columns)[0]?.type);
    this.waves = this.types.includes('wave');
  }
  note(source: number, key: string, first: Misfit): void {
    const known = this.found.get(`${source} ${key}`);
    if (known) known.count++;
    else this.found.set(`${source} ${key}`, { source, key, first, count: 1 });
  }
  /** `SCHEMA <needed> <came> <how many>: <the first value>`; `server/effects/say-reasons.ts` has the sentences. */
  dead(): DeadRow[] {
    return [...this.found.values()].map(({ source, key, first, count }) => ({
      node: this.info.sources[source]?.node ?? '',
      key,
      row: 0,
      message: `SCHEMA ${this.types[source]} ${first.kind} ${count}: ${first.value.slice(0, MOST_LETTERS)}`,
    }));
  }
}
