import { isBad, isGood } from './quality.ts';

/** A stretch of history as it is asked for: every value, or one of each of `points` equal parts. */
export interface StretchWish {
  /** Event time, epoch ms: `from` included, `to` not. */
  readonly from: number;
  readonly to: number;
  /** `none`: the values themselves, `points` at most; else what stands for each part. */
  readonly aggregate: Aggregate;
  readonly points: number;
}
export const AGGREGATES = ['none', 'mean', 'min', 'max', 'first', 'last', 'sum', 'count'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface Stretch {
  /** Of a value its own time, of a part the part's start; epoch ms, ascending. */
  readonly time: number[];
  readonly value: number[];
  /** Bad values and such that are no number: never among the values. */
  readonly left: number;
  /** A value among these is uncertain. */
  readonly uncertain: boolean;
}

/** Samples of one series, ascending in time, of each time one version. */
export interface Numbers {
  readonly n: number;
  readonly time: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly quality?: ArrayLike<number> | undefined;
}

/** One piece of the samples, or all. Undefined when there are more than `points` values and all are wanted. */
export function stretchOf(s: Numbers, wish: StretchWish, gain = 1, offset = 0): Stretch | undefined {
  const fill = new StretchFill(wish, gain, offset);
  return fill.take(s) ? fill.end() : undefined;
}

/**
 * Takes samples piece by piece, each piece behind the one before. Parts without a usable value are left out (a count of them is 0 and stays). Sums are
 * compensated (Neumaier 1974). `value · gain + offset` converts the unit; a count has none.
 */
export class StretchFill {
  private readonly wish: StretchWish;
  private readonly gain: number;
  private readonly offset: number;
  private readonly width: number;
  private readonly time: number[] = [];
  private readonly value: number[] = [];
  private left = 0;
  private uncertain = false;
  private part = 0;
  private held = new Part();

  constructor(wish: StretchWish, gain = 1, offset = 0) {
    this.wish = wish;
    this.gain = gain;
    this.offset = offset;
    this.width = (wish.to - wish.from) / wish.points;
  }

  /** False when all values are wanted and there are too many. */
  take(s: Numbers): boolean {
    const { from, to, aggregate, points } = this.wish;
    for (let i = 0; i < s.n; i++) {
      const time = s.time[i] as number;
      if (time < from) continue;
      if (time >= to) break;
      const code = s.quality?.[i] ?? 0;
      const raw = s.value[i] as number;
      if (isBad(code) || Number.isNaN(raw)) {
        this.left++;
        continue;
      }
      if (!isGood(code)) this.uncertain = true;
      const value = raw * this.gain + this.offset;
      if (aggregate === 'none') {
        if (this.time.length === points) return false;
        this.give(time, value);
        continue;
      }
      this.close(Math.min(points - 1, Math.floor((time - from) / this.width)));
      this.held.add(value);
    }
    return true;
  }

  end(): Stretch {
    if (this.wish.aggregate !== 'none') this.close(this.wish.points);
    const { time, value, left, uncertain } = this;
    return { time, value, left, uncertain };
  }

  private close(next: number): void {
    const { from, aggregate } = this.wish;
    for (; this.part < next; this.part++) {
      const start = from + this.part * this.width;
      if (aggregate === 'count') this.give(start, this.held.count);
      else if (aggregate !== 'none' && this.held.count > 0) this.give(start, this.held.value(aggregate));
      this.held = new Part();
    }
  }

  private give(time: number, value: number): void {
    this.time.push(time);
    this.value.push(value);
  }
}

class Part {
  count = 0;
  private sum = 0;
  private lost = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private first = Number.NaN;
  private last = Number.NaN;

  add(x: number): void {
    if (this.count++ === 0) this.first = x;
    this.last = x;
    if (x < this.min) this.min = x;
    if (x > this.max) this.max = x;
    const next = this.sum + x;
    this.lost += Math.abs(this.sum) >= Math.abs(x) ? this.sum - next + x : x - next + this.sum;
    this.sum = next;
  }

  value(aggregate: Exclude<Aggregate, 'none' | 'count'>): number {
    // an infinite value makes the correction NaN; the sum itself is right then
    const sum = Number.isFinite(this.lost) ? this.sum + this.lost : this.sum;
    switch (aggregate) {
      case 'sum':
        return sum;
      case 'mean':
        return sum / this.count;
      default:
        return this[aggregate];
    }
  }
}
