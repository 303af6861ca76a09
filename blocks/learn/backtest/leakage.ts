/**
 * Forecasts of another model: each row says up to which time its model had seen the values. One that had seen the value it forecasts proves nothing.
 * @throws RangeError that names the first such row.
 */
export function requireNoLeakage(made: ArrayLike<number>, time: ArrayLike<number>): void {
  for (let i = 0; i < time.length; i++)
    if (!((made[i] as number) < (time[i] as number)))
      throw new RangeError(
        `row ${i + 1}: the model had seen values up to ${made[i]} and forecasts ${time[i]}: that is no forecast (leakage), nothing is judged`,
      );
}

/** Scale of MASE for forecasts of another model: seasonal naive on the actual values themselves, one per time. */
export function actualsByTime(time: ArrayLike<number>, actual: ArrayLike<number>): number[] {
  const byTime = new Map<number, number>();
  for (let i = 0; i < time.length; i++) byTime.set(time[i] as number, actual[i] as number);
  return [...byTime].sort((a, b) => a[0] - b[0]).map(([, value]) => value);
}
