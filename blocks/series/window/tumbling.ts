/**
 * Open tumbling windows, side by side in one array: a window is a slot of `FIELDS` numbers. Means and squares are updated by
 * Welford's recurrence, which keeps its digits where the mean is large against the deviation.
 */
export const SLOTS = 8;
const FIELDS = 7;
export const SLOT_CELLS = SLOTS * FIELDS;
const START = 0;
const COUNT = 1;
const MEAN = 2;
const SQUARES = 3;
const LEAST = 4;
const MOST = 5;
const WORST = 6;

export interface Statistics {
  /** Start of the window, epoch ms. */
  readonly start: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Sample standard deviation (n − 1); 0 for one value. */
  readonly sd: number;
  readonly count: number;
  /** Worst quality of its values. */
  readonly quality: number;
}

/** A window while rows are added to it: the block keeps the latest one in scalars, the others here. */
export interface OpenWindow {
  readonly start: number;
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
  readonly least: number;
  readonly most: number;
  readonly worst: number;
}

/** Takes a window out to go on with it: a new one when there is none. */
export function openWindow(slots: Float64Array, start: number, value: number): OpenWindow {
  for (let i = 0; i < slots.length; i += FIELDS) {
    if (slots[i + COUNT] === 0 || slots[i + START] !== start) continue;
    const count = slots[i + COUNT] as number;
    slots[i + COUNT] = 0;
    return {
      start,
      count,
      mean: slots[i + MEAN] as number,
      squares: slots[i + SQUARES] as number,
      least: slots[i + LEAST] as number,
      most: slots[i + MOST] as number,
      worst: slots[i + WORST] as number,
    };
  }
  return { start, count: 0, mean: 0, squares: 0, least: value, most: value, worst: 0 };
}

export function putWindow(slots: Float64Array, w: OpenWindow): void {
  if (w.count === 0) return;
  for (let i = 0; i < slots.length; i += FIELDS) {
    if (slots[i + COUNT] !== 0) continue;
    slots[i + START] = w.start;
    slots[i + COUNT] = w.count;
    slots[i + MEAN] = w.mean;
    slots[i + SQUARES] = w.squares;
    slots[i + LEAST] = w.least;
    slots[i + MOST] = w.most;
    slots[i + WORST] = w.worst;
    return;
  }
  throw new RangeError(`more than ${SLOTS} windows are open: shorten the lateness`);
}

/** End of the earliest window; Infinity when none is open. */
export function earliestEnd(slots: Float64Array, width: number): number {
  let end = Number.POSITIVE_INFINITY;
  for (let i = 0; i < slots.length; i += FIELDS)
    if (slots[i + COUNT] !== 0) end = Math.min(end, (slots[i + START] as number) + width);
  return end;
}

/** Takes out the earliest window whose end is at or before `watermark`; undefined when none is. */
export function takeWindow(slots: Float64Array, watermark: number, width: number): Statistics | undefined {
  let at = -1;
  for (let i = 0; i < slots.length; i += FIELDS) {
    if (slots[i + COUNT] === 0 || (slots[i + START] as number) + width > watermark) continue;
    if (at < 0 || (slots[i + START] as number) < (slots[at + START] as number)) at = i;
  }
  if (at < 0) return undefined;
  const count = slots[at + COUNT] as number;
  slots[at + COUNT] = 0;
  return {
    start: slots[at + START] as number,
    mean: slots[at + MEAN] as number,
    min: slots[at + LEAST] as number,
    max: slots[at + MOST] as number,
    sd: count > 1 ? Math.sqrt((slots[at + SQUARES] as number) / (count - 1)) : 0,
    count,
    quality: slots[at + WORST] as number,
  };
}
