/** An axis with round ticks, and how many decimals all of them are written with: never "7.0300" above "7". */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
  readonly decimals: number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round ticks around these numbers, about `ticks` of them. No numbers: 0 to 1. */
export function roundScale(values: Iterable<number | null | undefined>, { ticks = 5, zero = false } = {}): Scale {
  let low = zero ? 0 : Number.POSITIVE_INFINITY;
  let high = zero ? 0 : Number.NEGATIVE_INFINITY;
  for (const value of values)
    if (value != null && Number.isFinite(value)) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (low > high) [low, high] = [0, 1];
  if (low === high) {
    // A line that never moves lies in the middle of its axis.
    const half = Math.abs(low) * 0.05 || 1;
    [low, high] = [low - half, high + half];
  }
  const raw = (high - low) / ticks;
  const power = Math.floor(Math.log10(raw));
  const lead = raw / 10 ** power;
  const step = STEPS.find((one) => lead <= one * (1 + 1e-9)) ?? 10;
  const interval = Number(`${step}e${power}`);
  const decimals = Math.max(0, step === 2.5 ? 1 - power : step === 10 ? -power - 1 : -power);
  const on = (count: number) => Number((count * interval).toFixed(Math.min(20, decimals)));
  // An end that is a tick already, but for the rounding of doubles, stays.
  return {
    min: on(Math.floor(low / interval + 1e-9)),
    max: on(Math.ceil(high / interval - 1e-9)),
    interval,
    decimals,
  };
}
