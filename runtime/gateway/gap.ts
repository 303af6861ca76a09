import { quality } from '#runtime/batch/quality.ts';
import type { LogEntry, SamplesEntry } from '#runtime/log/contract.ts';

const LINK = quality('bad', 'link');

/**
 * An entry that says: nothing is known of these tags since the newest entry before this one. Which entry that is, is known only when this one
 * is appended (a spool may come first), so its times are open (NaN) until then; `value` holds the shortest hole that is told, ms.
 */
export function gapEntry(
  tagIds: readonly number[],
  origin: SamplesEntry['origin'],
  longerThanMs: number,
  now: number,
): SamplesEntry {
  const n = tagIds.length;
  return {
    kind: 'samples',
    at: now,
    origin,
    n,
    tag: Int32Array.from(tagIds),
    time: new Float64Array(n).fill(Number.NaN),
    value: new Float64Array(n).fill(longerThanMs),
    quality: new Uint8Array(n).fill(LINK),
  };
}

export const isOpenGap = (entry: SamplesEntry): boolean => entry.n > 0 && Number.isNaN(entry.time[0]);

/** The gap with its time, one millisecond after the newest of `before`; undefined when there was nothing before, or no hole. */
export function placedGap(gap: SamplesEntry, before: LogEntry | undefined): SamplesEntry | undefined {
  if (before?.kind !== 'samples') return undefined;
  // a source clock that runs ahead must not put the gap into the future
  const newest = Math.min(
    before.at,
    before.time.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  );
  const hole = gap.at - newest;
  if (!(hole > (gap.value[0] ?? 0))) return undefined;
  return { ...gap, time: new Float64Array(gap.n).fill(newest + 1), value: new Float64Array(gap.n).fill(Number.NaN) };
}
