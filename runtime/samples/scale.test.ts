import { describe, expect, test } from 'vitest';
import { parseQuality } from '#runtime/batch/quality.ts';
import { fromRaw, type Scaling, toRaw, toRow } from './scale.ts';

const scaling = (more: Partial<Scaling> = {}): Scaling => ({
  type: 'number',
  gain: 1,
  offset: 0,
  low: null,
  high: null,
  ...more,
});
const now = 1_800_000_000_000;
const row = (value: number | boolean | string | undefined, more: Partial<Scaling> = {}, quality = 0, time = now) =>
  toRow({ tagId: 1, time, value, quality }, scaling(more), now);

describe('raw to engineering value', () => {
  test('a 4–20 mA converter: 0 to 27648 counts are 0 to 16 bar', () => {
    // Siemens analog input, unipolar: nominal range ends at 27648
    expect(row(13_824, { gain: 16 / 27_648 }).value).toBeCloseTo(8, 10);
  });
  test('°F to °C: 212 °F is 100 °C', () => {
    const celsius = { gain: 5 / 9, offset: -32 * (5 / 9) };
    expect(row(212, celsius).value).toBeCloseTo(100, 10);
    expect(toRaw(100, scaling(celsius))).toBeCloseTo(212, 10);
    expect(fromRaw(212, scaling(celsius))).toBeCloseTo(100, 10);
  });
  test.each([
    ['inside the range', 5, 0, 'good'],
    ['below', -0.1, 0, 'bad:out-of-range'],
    ['above', 10.1, 0, 'bad:out-of-range'],
    ['what the source calls uncertain stays so', 5, 0x40, 'uncertain'],
    ['worse than out of range stays worse', 20, parseQuality('bad:sensor-fault') ?? 0, 'bad:sensor-fault'],
  ])('%s', (_name, value, quality, wanted) => {
    expect(row(value, { low: 0, high: 10 }, quality).quality).toBe(parseQuality(wanted));
  });
  test('no value is bad whatever the source says; infinite is a fault', () => {
    expect(row(undefined).quality).toBeGreaterThanOrEqual(0x80);
    expect(row(Number.POSITIVE_INFINITY)).toMatchObject({ quality: parseQuality('bad:sensor-fault') });
  });
  test('a source clock that is ahead is marked, not corrected', () => {
    expect(row(1, {}, 0, now + 1_000).quality).toBe(0);
    expect(row(1, {}, 0, now + 2_000)).toMatchObject({ time: now + 2_000, quality: parseQuality('uncertain:clock-skew') });
    expect(row(1, {}, 0, now + 120_000)).toMatchObject({ time: now + 120_000, quality: parseQuality('uncertain:clock-skew') });
  });
  test('text and booleans', () => {
    expect(row('运行', { type: 'text' })).toMatchObject({ text: '运行', quality: 0, value: Number.NaN });
    expect(row(true, { type: 'boolean', gain: 5 }).value).toBe(1);
    expect(toRaw(0, scaling({ type: 'boolean' }))).toBe(false);
    expect(toRaw(1, scaling({ type: 'text' }))).toBeUndefined();
  });
});
