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

export function addToWindow(slots: Float64Array, start: number, value: number, quality: number): void {
  let at = -1;
  for (let i = 0; i < slots.length; i += FIELDS) {
    if (slots[i + COUNT] === 0) at = at < 0 ? i : at;
    else if (slots[i + START] === start) {
      at = i;
      break;
    }
  }
  if (at < 0) throw new RangeError(`more than ${SLOTS} windows are open: shorten the lateness`);
  if (slots[at + COUNT] === 0) {
    slots[at + START] = start;
    slots[at + MEAN] = 0;
    slots[at + SQUARES] = 0;
    slots[at + LEAST] = value;
    slots[at + MOST] = value;
    slots[at + WORST] = 0;
  }
  const n = (slots[at + COUNT] as number) + 1;
  const mean = slots[at + MEAN] as number;
  const next = mean + (value - mean) / n;
  slots[at + COUNT] = n;
  slots[at + MEAN] = next;
  slots[at + SQUARES] = (slots[at + SQUARES] as number) + (value - mean) * (value - next);
  if (value < (slots[at + LEAST] as number)) slots[at + LEAST] = value;
  if (value > (slots[at + MOST] as number)) slots[at + MOST] = value;
  if (quality > (slots[at + WORST] as number)) slots[at + WORST] = quality;
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
