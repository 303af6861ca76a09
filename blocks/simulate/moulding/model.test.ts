import { describe, expect, test, vi } from 'vitest';
import { beginShot, initMoulding, MOULDING_CELLS, type MouldingInputs, pressureCurve, readShot } from './model.ts';
import { COHESION, cavityPressure, coolingTime, meanTemperature, shrinkage, specificVolume, wallOfCooling } from './physics.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const exact: MouldingInputs = {
  wall: 2.5,
  diffusivity: 8.9e-8,
  melt: 230,
  mould: 40,
  correction: 0,
  eject: 90,
  fill: 2.1,
  pack: 6,
  handling: 5.2,
  noise: 0,
  packPressure: 30,
  weight: 25,
  weightNoise: 0,
  lot: 1,
  lotNoise: 0,
  effect: 0.8,
  ownNoise: 0,
  tolerance: 2,
  fault: 'none',
  faultShot: 400,
  drift: 0.05,
  driftMost: 8,
  slower: 0.5,
  heavier: 1,
};
const shots = (inputs: MouldingInputs, n: number, correct?: (lot: number) => number) => {
  const x = new Float64Array(MOULDING_CELLS);
  initMoulding(x, 42, 0, inputs);
  const out = [];
  for (let i = 0; i < n; i++) {
    const read = readShot(x, inputs);
    // what a feed-forward would have taken off this shot
    out.push({ ...read, corrected: read.measured.quality - (correct?.(read.measured.lotViscosity) ?? 0) });
    beginShot(x, inputs);
  }
  return out;
};
const sd = (v: readonly number[]) => {
  const mean = v.reduce((s, a) => s + a, 0) / v.length;
  return Math.sqrt(v.reduce((s, a) => s + (a - mean) ** 2, 0) / (v.length - 1));
};

describe('cooling', () => {
  test.each([
    [40, 24.518],
    [48, 25.452],
  ])('cycle with walls at %i °C is the printed %d s', (mould, cycle) => {
    expect(Math.abs((shots({ ...exact, mould }, 1)[0]?.measured.cycle as number) - cycle)).toBeLessThan(0.001);
  });

  /** Crank–Nicolson on half the plate: until the middle is at the ejection temperature. Shares nothing with the model. */
  function byDifferences(nodes: number): number {
    const [alpha, thickness, dt] = [8.9e-8, 2.5e-3, 0.002];
    const n = (nodes - 1) / 2;
    const r = (alpha * dt) / (2 * (thickness / (nodes - 1)) ** 2);
    let T = new Array<number>(n + 1).fill(230);
    T[0] = 40;
    for (let t = dt; t < 60; t += dt) {
      // Thomas algorithm; node n is the middle: mirrored
      const [c, d] = [new Array<number>(n + 1).fill(0), new Array<number>(n + 1).fill(0)];
      d[0] = 40;
      for (let i = 1; i <= n; i++) {
        const right = i < n ? (T[i + 1] as number) : (T[n - 1] as number);
        const known = (T[i] as number) + r * ((T[i - 1] as number) - 2 * (T[i] as number) + right);
        const lower = i < n ? r : 2 * r;
        const m = 1 + 2 * r - lower * (c[i - 1] as number);
        c[i] = i < n ? r / m : 0;
        d[i] = (known + lower * (d[i - 1] as number)) / m;
      }
      const next = [...T];
      next[n] = d[n] as number;
      for (let i = n - 1; i >= 0; i--) next[i] = (d[i] as number) + (c[i] as number) * (next[i + 1] as number);
      if ((next[n] as number) <= 90) return t - dt + (dt * ((T[n] as number) - 90)) / ((T[n] as number) - (next[n] as number));
      T = next;
    }
    return Number.NaN;
  }
  test('a difference scheme with 41 nodes gives the same time within 0.5 %; half the spacing a quarter of the error', () => {
    const law = coolingTime(exact, 40, 90);
    expect(law).toBeCloseTo(11.218, 3);
    const errors = [21, 41].map((nodes) => Math.abs(byDifferences(nodes) / law - 1));
    expect(errors[1]).toBeLessThan(0.005);
    expect((errors[0] as number) / (errors[1] as number)).toBeGreaterThan(3.5);
    expect((errors[0] as number) / (errors[1] as number)).toBeLessThan(4.5);
  });

  test('the wall that a cooling time speaks of is the wall', () => {
    for (const wall of [20, 40, 48, 60]) expect(wallOfCooling(exact, coolingTime(exact, wall, 90), 90)).toBeCloseTo(wall, 9);
  });
});

describe('volume, pressure, shrinkage', () => {
  test.each([
    [0, 100],
    [5000, 150],
    [10_000, 230],
  ])('%i psi and %i °C: the printed (P + 27 000)(V − 0.822) = 11.6 T', (psi, celsius) => {
    const volume = specificVolume(psi / 145.03774, celsius);
    expect((psi + 27_000) * (volume - 0.822)).toBeCloseTo(11.6 * (celsius + 273.15), 1);
  });

  test('behind a frozen gate volume is constant: the pressure falls with the temperature to 0, never below', () => {
    const volume = specificVolume(40, 106);
    for (const cooled of [100, 90, 70, 60]) {
      const p = cavityPressure(40, 106, cooled);
      if (p > 0) expect(specificVolume(p, cooled)).toBeCloseTo(volume, 12);
      else expect(specificVolume(0, cooled)).toBeLessThan(volume);
    }
    expect(cavityPressure(40, 106, 23)).toBe(0);
  });

  test('shrinkage: three times the linear is nearly the volume; more packing, less of it', () => {
    const volume = 1 - specificVolume(0, 23) / specificVolume(40, 106);
    expect(1 - (1 - shrinkage(40, 106)) ** 3).toBeCloseTo(volume, 12);
    expect(shrinkage(60, 106)).toBeLessThan(shrinkage(40, 106));
  });

  test('the curve begins at 0 and is down when the mould opens, holds the pack pressure, and obeys the equation of state after the gate froze', () => {
    const x = new Float64Array(MOULDING_CELLS);
    initMoulding(x, 1, 0, exact);
    const curve = pressureCurve(x, exact, 10);
    expect(curve[0]).toBe(0);
    expect(curve[80]).toBeCloseTo(30, 5); // 8.0 s
    const at = (i: number) => ((curve[i] as number) + COHESION) / (meanTemperature(exact, 40, i / 10 - 2.1) + 273.15);
    expect(at(90)).toBeCloseTo(at(81), 6);
    expect(curve).toHaveLength(Math.floor((2.1 + 6 + 11.218) * 10) + 1);
    expect(curve.at(-1)).toBeLessThan(0.1);
  });

  test('weight follows the density at the gate: a wall 8 K warmer takes off what the equation says', () => {
    const cold = shots(exact, 1)[0]?.measured.weight as number;
    expect(cold).toBeCloseTo(25, 12);
    const drifted = shots({ ...exact, fault: 'wall', faultShot: 1, drift: 8 }, 1)[0]?.measured.weight as number;
    const ratio = specificVolume(30, meanTemperature(exact, 40, 6)) / specificVolume(30, meanTemperature(exact, 48, 6));
    expect(drifted / cold).toBeCloseTo(ratio, 12);
  });
});

describe('statistics of the shots', () => {
  test('quality: sd 0.943 as it comes, 0.525 with feed-forward of the laboratory’s value (20 000 lots)', () => {
    const out = shots({ ...exact, lotNoise: 0.2, ownNoise: 0.5 }, 20_000, (lot) => 0.8 * lot);
    expect(Math.abs(sd(out.map((s) => s.measured.quality)) / 0.943 - 1)).toBeLessThan(0.03);
    expect(Math.abs(sd(out.map((s) => s.corrected)) / 0.525 - 1)).toBeLessThan(0.03);
  });

  test('weight: mean 25.00 g, sd 0.05 g, from shot 500 on one sd more', () => {
    const weights = shots({ ...exact, weightNoise: 0.05, fault: 'weight', faultShot: 500 }, 5000).map((s) => s.measured.weight);
    const mean = (v: readonly number[]) => v.reduce((s, a) => s + a, 0) / v.length;
    expect(Math.abs(mean(weights.slice(0, 499)) - 25)).toBeLessThan((3.3 * 0.05) / Math.sqrt(499));
    expect(Math.abs(mean(weights.slice(499)) - 25.05)).toBeLessThan((3.3 * 0.05) / Math.sqrt(4501));
    expect(Math.abs(sd(weights.slice(499)) / 0.05 - 1)).toBeLessThan(0.05);
  });
});
