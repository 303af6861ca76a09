import { expect, test, vi } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import air from './cases/air-passengers.json' with { type: 'json' };
import { forecast } from './forecast.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

const until1959 = (air.input[0] as { value: number[] }).value;
const of1960 = [417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432];
const smape = (f: readonly number[]) =>
  f.reduce((s, v, i) => s + (200 * Math.abs(v - (of1960[i] as number))) / (v + (of1960[i] as number)), 0) / 12;
const year = { season: 12, horizon: 12, level: 95 };

test('AirPassengers: sMAPE 2.5152 with fixed weights, at most 3 with chosen ones, 10.5718 as one season ago', () => {
  const fixed = forecast(until1959, { ...year, method: 'winters-multiplicative', alpha: 0.3, beta: 0.05, gamma: 0.6 });
  expect(Math.abs(smape(fixed.mean) - 2.5152)).toBeLessThan(0.001);
  expect(smape(forecast(until1959, { ...year, method: 'winters-multiplicative' }).mean)).toBeLessThan(3);
  expect(Math.abs(smape(forecast(until1959, { ...year, method: 'seasonal-naive' }).mean) - 10.5718)).toBeLessThan(0.001);
});

test('AirPassengers: chosen by itself it is the multiplicative form, and eleven months of 1960 lie inside its interval', () => {
  const f = forecast(until1959, { ...year, method: 'auto' });
  expect(f.method).toBe('winters-multiplicative');
  // March, without the Easter of 1959, falls out
  expect(of1960.filter((v, i) => v > (f.lower[i] as number) && v < (f.upper[i] as number)).length).toBeGreaterThanOrEqual(11);
});
