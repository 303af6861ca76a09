/** One column of one key over the window, as few points as a screen can show; parallel lists, times ascending in epoch ms. */
export interface ReducedSeries {
  readonly time: readonly number[];
  readonly last: readonly (number | null)[];
  /** Absent when every point stands for one value. */
  readonly min?: readonly (number | null)[];
  readonly max?: readonly (number | null)[];
  /** Values that went in. */
  readonly count: number;
}

/**
 * Keeps every point while there are few and, from then on, first time, least, greatest and last value of equal stretches of the window:
 * no peak is lost, and memory does not grow with the window.
 */
export class SeriesReducer {
  private count = 0;
  private rawTime: number[] = [];
  private rawValue: number[] = [];
  private buckets: { n: Int32Array; time: Float64Array; min: Float64Array; max: Float64Array; last: Float64Array } | undefined;
  private readonly from: number;
  private readonly to: number;
  private readonly points: number;

  constructor(from: number, to: number, points = 600) {
    this.from = from;
    this.to = to;
    this.points = points;
  }

  add(time: number, value: number): void {
    this.count++;
    if (!this.buckets) {
      this.rawTime.push(time);
      this.rawValue.push(value);
      if (this.rawTime.length > this.points) this.fold();
    } else this.put(time, value);
  }

  private fold(): void {
    const n = this.points;
    this.buckets = {
      n: new Int32Array(n),
      time: new Float64Array(n),
      min: new Float64Array(n).fill(Number.NaN),
      max: new Float64Array(n).fill(Number.NaN),
      last: new Float64Array(n).fill(Number.NaN),
    };
    for (let at = 0; at < this.rawTime.length; at++) this.put(this.rawTime[at] ?? 0, this.rawValue[at] ?? Number.NaN);
    this.rawTime = [];
    this.rawValue = [];
  }

  private put(time: number, value: number): void {
    const { buckets } = this;
    if (!buckets) return;
    const share = (time - this.from) / Math.max(1, this.to - this.from);
    const at = Math.min(this.points - 1, Math.max(0, Math.floor(share * this.points)));
    if ((buckets.n[at] ?? 0) === 0) buckets.time[at] = time;
    buckets.n[at] = (buckets.n[at] ?? 0) + 1;
    if (Number.isFinite(value)) {
      const [min, max] = [buckets.min[at] ?? Number.NaN, buckets.max[at] ?? Number.NaN];
      buckets.min[at] = value < min || Number.isNaN(min) ? value : min;
      buckets.max[at] = value > max || Number.isNaN(max) ? value : max;
    }
    buckets.last[at] = value;
  }

  result(): ReducedSeries {
    const { buckets } = this;
    if (!buckets) return { time: this.rawTime, last: this.rawValue.map(finite), count: this.count };
    const used = [...buckets.n.keys()].filter((at) => (buckets.n[at] ?? 0) > 0);
    const list = (values: Float64Array) => used.map((at) => finite(values[at]));
    return {
      time: used.map((at) => buckets.time[at] ?? 0),
      min: list(buckets.min),
      max: list(buckets.max),
      last: list(buckets.last),
      count: this.count,
    };
  }
}

/** JSON has no NaN and no infinity: a value that is none is null. */
export const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
