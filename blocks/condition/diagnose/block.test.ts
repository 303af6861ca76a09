import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { diagnose, type Evidence, type Fault } from './table.ts';

testBlock(import.meta.url);

const FILE = new URL('../../../../shared/data/ai4i2020/ai4i2020.csv', import.meta.url);
const at = (name: string, column: string, sign: '>' | '<', limit: number): Evidence => ({ name, column, sign, limit });

// rules as published with the data set; its origin is named in SOURCE.md beside it
describe.skipIf(!existsSync(FILE))('AI4I 2020 (../shared/data/ai4i2020)', () => {
  const rows = readFileSync(FILE, 'utf8')
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  const number = (row: readonly string[], i: number) => Number(row[i]);
  const limitOf: Readonly<Record<string, number>> = { L: 11_000, M: 12_000, H: 13_000 };
  const values = (row: readonly string[]) => ({
    // the difference in doubles: rounding it first finds 103 of 115
    difference: number(row, 4) - number(row, 3),
    speed: number(row, 5),
    power: number(row, 6) * ((number(row, 5) * 2 * Math.PI) / 60),
    strain: number(row, 7) * number(row, 6) - (limitOf[row[2] ?? ''] ?? Number.NaN),
  });
  type Column = keyof ReturnType<typeof values>;
  const rules: readonly {
    label: string;
    index: number;
    found: number;
    evidence: readonly Evidence[];
    faults: readonly Fault[];
  }[] = [
    {
      label: 'HDF',
      index: 10,
      found: 115,
      evidence: [at('small difference', 'difference', '<', 8.6), at('slow', 'speed', '<', 1380)],
      faults: [
        { fault: 'HDF', location: '', prior: 1, shows: [1, 1] },
        { fault: 'none', location: '', prior: 1e-9, shows: [0.5, 0.5] },
      ],
    },
    {
      label: 'PWF',
      index: 11,
      found: 95,
      evidence: [at('weak', 'power', '<', 3500), at('strong', 'power', '>', 9000)],
      faults: [
        { fault: 'PWF', location: '', prior: 1, shows: [1, 0] },
        { fault: 'PWF', location: '', prior: 1, shows: [0, 1] },
        { fault: 'none', location: '', prior: 1, shows: [0, 0] },
      ],
    },
    {
      label: 'OSF',
      index: 12,
      found: 98,
      evidence: [at('strained', 'strain', '>', 0)],
      faults: [
        { fault: 'OSF', location: '', prior: 1, shows: [1] },
        { fault: 'none', location: '', prior: 1, shows: [0] },
      ],
    },
  ];
  test.each(rules)('$label: the $found labelled rows and no others', ({ label, index, found, evidence, faults }) => {
    let both = 0;
    let wrong = 0;
    for (const row of rows) {
      const all = values(row);
      const said =
        diagnose(
          evidence.map((e) => all[e.column as Column]),
          evidence,
          faults,
        ).fault === label;
      const labelled = row[index] === '1';
      if (said && labelled) both++;
      else if (said !== labelled) wrong++;
    }
    expect([both, wrong]).toEqual([found, 0]);
  });
});
