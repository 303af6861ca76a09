import { describe, expect, test, vi } from 'vitest';
import { momentAt } from './calendar.ts';
import {
  advanceLine,
  eventColumns,
  initLine,
  LINE_CELLS,
  type LineInputs,
  readLine,
  readStations,
  truthOfLine,
} from './model.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const MIDNIGHT = Date.UTC(2026, 0, 4, 16); // 2026-01-05T00:00:00+08:00
const plain: LineInputs = {
  shift: 480,
  utcOffset: 8,
  breaks: [],
  stops: [],
  cycles: [1],
  service: 'constant',
  buffer: 0,
  arrivals: 0,
  scrap: 0,
  scrapAt: 'even',
  speed: 1,
  fault: 'none',
  faultStation: 1,
  faultFrom: 0,
  faultTo: Number.POSITIVE_INFINITY,
  wear: 0,
};
const ran = (inputs: LineInputs, seconds: number, seed = 42) => {
  const x = new Float64Array(LINE_CELLS);
  initLine(x, seed, MIDNIGHT, inputs);
  advanceLine(x, MIDNIGHT + seconds * 1000, inputs, null);
  return { x, ...readLine(x, inputs), ...truthOfLine(x, inputs) };
};

describe('closed forms of queueing', () => {
  test.each([0.3, 0.6, 0.8])('one station, ρ = %d: mean number ρ/(1 − ρ), mean time 1/(μ − λ) (M/M/1)', (rho) => {
    const { wip, lead } = ran({ ...plain, service: 'exponential', arrivals: rho }, 1_000_000);
    expect(Math.abs(wip / (rho / (1 - rho)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(lead * (1 - rho) - 1)).toBeLessThan(0.05);
  });

  test.each([0.5, 0.8])('constant service, ρ = %d: waiting is half of it (M/D/1, Pollaczek–Khinchine)', (rho) => {
    const { lead } = ran({ ...plain, arrivals: rho }, 500_000);
    expect(Math.abs(lead / (1 + rho / (2 * (1 - rho))) - 1)).toBeLessThan(0.03);
  });

  test('three stations in a row with room: the sum of their M/M/1 (Jackson 1957)', () => {
    const cycles = [1, 0.7, 1.25];
    const { wip } = ran({ ...plain, cycles, buffer: 1e6, service: 'exponential', arrivals: 0.6 }, 500_000);
    const sum = cycles.reduce((s, c) => s + (0.6 * c) / (1 - 0.6 * c), 0);
    expect(Math.abs(wip / sum - 1)).toBeLessThan(0.05);
  });

  test.each([
    [2, 0, 2 / 3],
    [2, 1, 3 / 4],
    [2, 4, 6 / 7],
    [3, 0, 22 / 39],
  ])('%i equal stations, %i places between them, always a piece: throughput %d μ (Hunt 1956)', (n, buffer, share) => {
    const { rate } = ran({ ...plain, cycles: new Array<number>(n).fill(1), buffer, service: 'exponential' }, 300_000);
    expect(Math.abs(rate / share - 1)).toBeLessThan(0.01);
  });

  test('constant service: the first piece leaves after the sum of the cycles, then one each longest cycle', () => {
    const cycles = [1, 1.5, 0.5];
    expect(ran({ ...plain, cycles }, 2.999).total).toBe(0);
    expect(ran({ ...plain, cycles }, 3).total).toBe(1);
    expect(ran({ ...plain, cycles }, 1503).total).toBe(1001);
  });

  test('Little’s law: pieces in the line = rate × lead time', () => {
    const { wip, rate, lead } = ran({ ...plain, cycles: [0.9, 1.1, 1], buffer: 5, service: 'exponential' }, 28_800);
    expect(Math.abs(rate * lead - wip) / wip).toBeLessThan(0.01);
  });
});

describe('faults', () => {
  const line = {
    ...plain,
    cycles: [1, 1, 1],
    buffer: 2,
    faultStation: 2,
    faultFrom: MIDNIGHT + 100_000,
    faultTo: MIDNIGHT + 160_000,
  };

  test('a jam stops its station for its time: the neighbours block and starve, the piece is finished after it', () => {
    const jam: LineInputs = { ...line, fault: 'jam' };
    const { x, fault } = ran(jam, 130);
    expect(readStations(x, jam).state).toEqual(['blocked', 'down', 'starved']);
    expect(fault).toBe('jam');
    expect(ran(jam, 1000).total).toBe(ran({ ...line, fault: 'none' }, 940).total);
  });

  test('an empty magazine: the line runs dry and loses as many pieces as were not offered', () => {
    // begins between two pieces
    const empty: LineInputs = { ...line, fault: 'empty', faultFrom: MIDNIGHT + 100_500, faultTo: MIDNIGHT + 160_500 };
    expect(readLine(ran(empty, 130).x, empty).wip).toBe(0);
    expect(ran({ ...line, fault: 'none' }, 1000).total - ran(empty, 1000).total).toBe(60);
  });

  test('a worn tool makes its station the bottleneck', () => {
    const worn: LineInputs = {
      ...line,
      cycles: [1, 0.9, 0.95],
      fault: 'wear',
      wear: 0.3,
      faultFrom: MIDNIGHT,
      faultTo: MIDNIGHT + 1e9,
    };
    expect(ran({ ...worn, fault: 'none' }, 3600).bottleneck).toBe(1);
    const got = ran(worn, 3600);
    expect(got.bottleneck).toBe(2);
    expect(Math.abs(got.rate * 0.9 * 1.3 - 1)).toBeLessThan(0.001);
  });
});

describe('events and time', () => {
  const inputs: LineInputs = {
    ...plain,
    cycles: [1, 0.8, 1.1],
    buffer: 1,
    service: 'exponential',
    scrap: 0.1,
    scrapAt: 'random',
  };
  test('the log holds every piece and every change: states, counts and lead times follow from it', () => {
    const x = new Float64Array(LINE_CELLS);
    initLine(x, 7, MIDNIGHT, inputs);
    const log = eventColumns();
    for (let s = 7; s <= 700; s += 7) advanceLine(x, MIDNIGHT + s * 1000, inputs, log);
    const pieces = new Map<number, number>();
    let [lead, left, good] = [0, 0, 0];
    log.event.forEach((event, i) => {
      const at = (log.at[i] as number) / 1000;
      if (i > 0) expect(log.at[i] as number).toBeGreaterThanOrEqual(log.at[i - 1] as number);
      if (event === 'enter') pieces.set(log.piece[i] as number, at);
      if (event !== 'good' && event !== 'scrap') return;
      left++;
      if (event === 'good') good++;
      lead += at - (pieces.get(log.piece[i] as number) ?? Number.NaN);
    });
    const truth = truthOfLine(x, inputs);
    expect([left, good]).toEqual([readLine(x, inputs).total, readLine(x, inputs).good]);
    expect(lead / left).toBeCloseTo(truth.lead, 5);
  });

  test('the same in steps of any length; another seed gives another run', () => {
    const total = (step: number, seed: number) => {
      const x = new Float64Array(LINE_CELLS);
      initLine(x, seed, MIDNIGHT, inputs);
      for (let s = step; s <= 3600; s += step) advanceLine(x, MIDNIGHT + s * 1000, inputs, null);
      return [readLine(x, inputs).total, readLine(x, inputs).good, truthOfLine(x, inputs).lead.toFixed(9)];
    };
    expect(total(0.5, 1)).toEqual(total(3600, 1));
    expect(total(60, 1)).not.toEqual(total(60, 2));
  });

  test('half the speed gives half the pieces, 0 holds the line', () => {
    expect(ran({ ...plain, speed: 0.5 }, 1000).total).toBe(500);
    expect(ran({ ...plain, speed: 0 }, 1000).total).toBe(0);
  });

  test('shifts follow each other; breaks and stops repeat in each', () => {
    const calendar = {
      ...plain,
      breaks: [{ at: 120, minutes: 15 }],
      stops: [{ at: 135, minutes: 5, reason: 'jam' }],
    };
    const at = (minutes: number) => momentAt(MIDNIGHT + minutes * 60_000, calendar);
    expect(at(119.99)).toMatchObject({ state: 'running', until: MIDNIGHT + 120 * 60_000 });
    expect(at(120)).toMatchObject({ state: 'break', until: MIDNIGHT + 135 * 60_000 });
    expect(at(135)).toMatchObject({ state: 'stopped', reason: 'jam', until: MIDNIGHT + 140 * 60_000 });
    expect(at(140)).toMatchObject({ state: 'running', until: MIDNIGHT + 480 * 60_000 });
    expect(at(480 + 121).state).toBe('break');
  });
});
