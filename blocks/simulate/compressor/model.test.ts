import { describe, expect, test } from 'vitest';
import {
  advanceStation,
  DEMAND_BY_HOUR,
  dispatch,
  initStation,
  NO_FAULTS,
  PRESSURE_TIME_CONSTANT,
  RELIEF_PRESSURE,
  readStation,
  STATION_CELLS,
  type StationInputs,
  truthOfStation,
} from './model.ts';

const MIDNIGHT = Date.UTC(2026, 0, 4, 16); // 2026-01-05T00:00:00+08:00
const exact: StationInputs = { ...NO_FAULTS, setpoint: 7, noise: 0, utcOffset: 8 };

function station(inputs: StationInputs, at = MIDNIGHT, seed = 42): Float64Array {
  const x = new Float64Array(STATION_CELLS);
  initStation(x, seed, at, inputs);
  return x;
}

describe('baseline day', () => {
  /** The published instance by its printed formulas, hour by hour, without any of the model's functions. */
  function byHand(): number {
    let total = 0;
    for (const demand of [9, 9, 9, 9, 9, 12, 16, 22, 27, 30, 31, 30, 24, 28, 31, 31, 29, 26, 21, 17, 14, 12, 10, 9]) {
      const c = demand > 23 ? Math.max(4, demand - 23) : 0;
      const a = Math.min(13, demand - c);
      total += 24 + (58 * a) / 13 + 18 + (44 * (demand - c - a)) / 10;
      if (c > 0) total += 14 + 5.4 * c + 0.02 * c ** 2;
    }
    return total;
  }

  test('the printed energy and the sum by hand agree', () => expect(byHand()).toBeCloseTo(3280.4, 2));

  test.each([1, 60, 977, 3600, 86_400])('energy is the printed 3,280.40 kWh, advanced every %i s', (seconds) => {
    const x = station(exact);
    for (let t = 0; t <= 86_400; t += seconds) advanceStation(x, MIDNIGHT + t * 1000, exact);
    advanceStation(x, MIDNIGHT + 86_400_000, exact);
    expect(truthOfStation(x).energy).toBeCloseTo(3280.4, 2);
    expect(truthOfStation(x).energy).toBeCloseTo(byHand(), 6);
  });

  test('specific power over the day is the printed 7.0546 kW/(m3/min)', () => {
    const flow = DEMAND_BY_HOUR.reduce((sum, q) => sum + q, 0);
    const x = station(exact);
    advanceStation(x, MIDNIGHT + 86_400_000, exact);
    expect(truthOfStation(x).energy / flow).toBeCloseTo(7.0546, 4);
  });

  test.each([
    [9, [9, 0, 0]],
    [16, [13, 3, 0]],
    [23, [13, 10, 0]],
    [24, [13, 7, 4]],
    [31, [13, 10, 8]],
    [39, [13, 10, 16]],
  ])('a flow of %i is split %j', (flow, split) => expect(dispatch(flow)).toEqual(split));
});

describe('pressure', () => {
  test('follows a set-point step as a first-order lag while the units are not saturated', () => {
    const x = station(exact);
    const stepped = { ...exact, setpoint: 7.4 };
    for (const seconds of [5, 20, 45, 90, 180]) {
      advanceStation(x, MIDNIGHT + seconds * 1000, stepped);
      expect(truthOfStation(x).pressure).toBeCloseTo(7.4 - 0.4 * Math.exp(-seconds / PRESSURE_TIME_CONSTANT), 9);
    }
  });

  test('rises by the mass balance when all units are saturated (Runge-Kutta of the balance)', () => {
    const noon = MIDNIGHT + 10 * 3_600_000; // 31 m3/min
    const asked = { ...exact, setpoint: 9 };
    const x = station(exact, noon);
    // dp/dt = 1.013 (39 - demand(p)) / 12 per minute, demand = 31 (0.6 + 0.4 (p + 1.013) / 8.013)
    const slope = (p: number) => (1.013 * (39 - 31 * (0.6 + (0.4 * (p + 1.013)) / 8.013))) / 12 / 60;
    let p = 7;
    for (let i = 0; i < 60; i++) {
      const k1 = slope(p);
      const k2 = slope(p + k1 / 2);
      const k3 = slope(p + k2 / 2);
      p += (k1 + 2 * k2 + 2 * k3 + slope(p + k3)) / 6;
    }
    for (let i = 1; i <= 60; i++) advanceStation(x, noon + i * 1000, asked);
    expect(Math.abs(truthOfStation(x).pressure - p)).toBeLessThan(0.001); // explicit steps of 1 s: within 1 mbar
  });

  test('a bar more costs 7.25 % loaded power and more unregulated air', () => {
    const hot = { ...exact, setpoint: 8 };
    const x = station(hot); // 9 m3/min regulated at the reference
    advanceStation(x, MIDNIGHT + 600_000, hot);
    const demand = 9 * (0.6 + (0.4 * 9.013) / 8.013);
    expect(truthOfStation(x).supply).toBeCloseTo(demand, 9);
    expect(truthOfStation(x).power).toBeCloseTo(24 + ((82 * 1.0725 - 24) * demand) / 13 + 18, 9);
  });
});

describe('faults', () => {
  test('a stuck intake valve at low demand drives the header to the safety valve', () => {
    const stuck = { ...exact, stuckValve: true };
    const x = station(exact);
    advanceStation(x, MIDNIGHT + 3_000_000, stuck);
    expect(truthOfStation(x).pressure).toBe(RELIEF_PRESSURE);
  });

  test('a frozen transmitter keeps its last reading and says so, the truth moves', () => {
    const x = station(exact);
    const frozen = { ...exact, sensorFault: true, setpoint: 7.8 };
    advanceStation(x, MIDNIGHT + 600_000, frozen);
    expect(readStation(x, frozen)).toMatchObject({ pressure: 7, pressureOk: false });
    expect(truthOfStation(x).pressure).toBeCloseTo(7.8, 4);
  });

  test('a leak adds its flow at the reference pressure', () => {
    const leaking = { ...exact, leak: 4 };
    const x = station(leaking);
    advanceStation(x, MIDNIGHT + 60_000, leaking);
    expect(truthOfStation(x)).toMatchObject({ leak: 4 });
    expect(truthOfStation(x).supply).toBeCloseTo(13, 9);
  });

  test('a clogged suction filter shows a high drop and costs the ratio of densities', () => {
    const late = MIDNIGHT + 10 * 3_600_000;
    const clogged = { ...exact, cloggedFilter: true };
    const x = station(clogged, late);
    advanceStation(x, late + 60_000, clogged);
    const reading = readStation(x, clogged);
    expect(reading.filterA).toBe(75);
    expect(reading.powerA).toBeCloseTo(24 + 58 / (1 - 63 / 1013), 9);
  });
});

test('the same seed gives the same station, another seed another one', () => {
  const noisy = { ...exact, noise: 1 };
  const run = (seed: number) => {
    const x = station(noisy, MIDNIGHT, seed);
    const out: number[] = [];
    for (let i = 1; i <= 50; i++) {
      advanceStation(x, MIDNIGHT + i * 5000, noisy);
      out.push(readStation(x, noisy).power);
    }
    return out;
  };
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});
