import type { OtherValue, Samples } from './samples.ts';

/** Samples of one series as they come from the log, in log order. */
export class SeriesBuffer {
  n = 0;
  private time = new Float64Array(16);
  private value = new Float64Array(16);
  private at = new Float64Array(16);
  private seq = new Float64Array(16);
  private quality = new Uint8Array(16);
  private origin = new Uint8Array(16);
  private other = new Map<number, OtherValue>();

  push(time: number, value: number, quality: number, origin: number, at: number, seq: number, other?: OtherValue): void {
    if (this.n === this.time.length) this.grow();
    const i = this.n++;
    this.time[i] = time;
    this.value[i] = value;
    this.quality[i] = quality;
    this.origin[i] = origin;
    this.at[i] = at;
    this.seq[i] = seq;
    if (other) this.other.set(i, other);
  }

  /** Copies: the buffer may go on growing. */
  samples(): Samples {
    const n = this.n;
    return {
      n,
      time: this.time.slice(0, n),
      value: this.value.slice(0, n),
      quality: this.quality.slice(0, n),
      origin: this.origin.slice(0, n),
      at: this.at.slice(0, n),
      seq: this.seq.slice(0, n),
      other: new Map(this.other),
    };
  }

  private grow(): void {
    const room = this.time.length * 4;
    this.time = moved(this.time, new Float64Array(room));
    this.value = moved(this.value, new Float64Array(room));
    this.at = moved(this.at, new Float64Array(room));
    this.seq = moved(this.seq, new Float64Array(room));
    this.quality = moved(this.quality, new Uint8Array(room));
    this.origin = moved(this.origin, new Uint8Array(room));
  }
}
const moved = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
  to.set(from);
  return to;
};
