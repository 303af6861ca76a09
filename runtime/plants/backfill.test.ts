import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '#runtime/units/units.ts';
import { backfill, tagsOf } from './backfill.ts';
import { openStation } from './kept-station.ts';

const DAY = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 0, 4, 16);
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

function series(plant: 'a' | 'b', name: string, hours = 24, periodMs = 60_000): number[] {
  const values: number[] = [];
  for (const moment of backfill(plant, MIDNIGHT, MIDNIGHT + hours * 3_600_000, periodMs)) {
    const sample = moment.samples.find(({ tag }) => tag.name === name);
    if (sample) values.push(sample.value);
  }
  return values;
}

test('every numeric tag has a value at every moment, within its range', () => {
  for (const plant of ['a', 'b'] as const) {
    const tags = tagsOf(plant).filter((tag) => tag.type === 'number');
    for (const { samples } of backfill(plant, MIDNIGHT, MIDNIGHT + DAY, 300_000)) {
      expect(samples.map(({ tag }) => tag.name)).toEqual(tags.map((tag) => tag.name));
      for (const { tag, value } of samples) {
        expect(Number.isFinite(value), tag.name).toBe(true);
        expect(value, tag.name).toBeGreaterThanOrEqual(tag.low ?? Number.NEGATIVE_INFINITY);
        expect(value, tag.name).toBeLessThanOrEqual(tag.high ?? Number.POSITIVE_INFINITY);
      }
    }
  }
});

test('mean power of the day is the published 3,280.40 kWh over 24 h within its noise', () => {
  expect(Math.abs(mean(series('a', 'Air.Power')) / (3280.4 / 24) - 1)).toBeLessThan(0.01);
});

test('plant B shows the same physics in its own units', () => {
  const psi = mean(series('b', '总管压力'));
  expect(psi).toBeCloseTo(convert(7, 'bar', '[psi]'), 0);
  const room = series('b', '机房温度');
  expect(Math.max(...room)).toBeCloseTo(convert(32, 'Cel', '[degF]'), 1); // warmest at 16:00
});

test('counters never go back', () => {
  for (const [plant, name] of [
    ['a', 'Air.Energy'],
    ['a', 'Meter.Energy'],
    ['b', '累计电量'],
  ] as const) {
    const values = series(plant, name, 30, 600_000);
    for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1] ?? 0);
  }
});

test('the same history every time', () => expect(series('a', 'Air.Flow', 2)).toEqual(series('a', 'Air.Flow', 2)));

test('the live station goes on where its history ends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plants-'));
  let last = 0;
  for (const { samples } of backfill('a', MIDNIGHT, MIDNIGHT + 3_600_000, 5000, { keepIn: folder })) {
    last = samples.find(({ tag }) => tag.name === 'Air.Energy')?.value ?? 0;
  }
  const station = openStation(folder, 'a', MIDNIGHT + 3_600_000);
  station.advance(MIDNIGHT + 3_600_000);
  const next = station.read().energy;
  rmSync(folder, { recursive: true });
  expect(next).toBeGreaterThan(last);
  expect(next - last).toBeLessThan(0.2); // five seconds at about 82 kW
});
