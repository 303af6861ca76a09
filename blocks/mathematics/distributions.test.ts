import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as distributions from './distributions.ts';

const byName = new Map<string, unknown>(Object.entries(distributions));

const { values, source } = JSON.parse(readFileSync(new URL('./distributions.json', import.meta.url), 'utf8')) as {
  source: string;
  values: [name: string, args: number[], want: number][];
};

it(`probabilities and quantiles are those of ${source}`, () => {
  expect(values.length).toBeGreaterThan(200);
  for (const [name, args, want] of values) {
    const got = (byName.get(name) as (...a: number[]) => number)(...args);
    const error = want === 0 ? Math.abs(got) : Math.abs(got - want) / Math.abs(want);
    expect(error, `${name}(${args.join(', ')}) = ${got}, not ${want}`).toBeLessThan(1e-12);
  }
});

it('quantiles of the ends are the ends, of no probability no number', () => {
  expect(distributions.normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(distributions.fQuantile(1, 3, 4)).toBe(Number.POSITIVE_INFINITY);
  expect(distributions.tQuantile(2, 5)).toBeNaN();
  expect(distributions.chiSquareQuantile(Number.NaN, 5)).toBeNaN();
});
