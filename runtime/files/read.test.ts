import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeAll, describe, expect, test } from 'vitest';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { InputError } from './input-error.ts';
import { readCsv, readInput, readJsonl } from './read.ts';
import { parseTime } from './table.ts';

const schema: WireSchema = { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } };
const refusal = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return { code: error.code, line: error.line, column: error.column, message: error.message };
    throw error;
  }
  return undefined;
};
const csv = (text: string) => readCsv('p.csv', text, schema, 'C-1');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mw-files-'));
});

describe('CSV', () => {
  test('units stand in the header, quality beside the column, empty cells are missing', () => {
    const table = csv(
      'time,key,value [[psi]],value.quality\n2026-01-05T00:00:00+08:00,C-9,90.5,\n1767542401000,,,uncertain:stale\n',
    );
    // 2026-01-05T00:00+08:00 = 2026-01-04T16:00Z = 1767542400 s of Unix time
    expect([...table.time]).toEqual([1767542400000, 1767542401000]);
    expect(table.key).toEqual(['C-9', 'C-1']);
    expect(table.columns.value).toMatchObject({ unit: '[psi]', type: 'number' });
    expect(Array.from((table.columns.value?.values ?? []) as Float64Array)).toEqual([90.5, Number.NaN]);
    // missing is bad, and worse than what the file said
    expect([...(table.columns.value?.quality ?? [])]).toEqual([0, 0x80 | 9]);
  });

  test.each([
    ['when,value\n1,2\n', { code: 'input.no-time', line: 1 }],
    ['time,pressure\n1,2\n', { code: 'input.column-missing', line: 1 }],
    ['time,value,value\n1,2,3\n', { code: 'input.column-twice', column: 'value' }],
    ['time,value\n1,2\n2,six\n', { code: 'input.bad-value', line: 3, column: 'value' }],
    ['time,value\n1,1e999\n', { code: 'input.bad-value', line: 2 }],
    ['time,value\n2026-01-05 00:00,1\n', { code: 'input.bad-time', line: 2, column: 'time' }],
    ['time,value\n5,1\n4,1\n', { code: 'input.not-in-order', line: 3 }],
    ['time,value,value.quality\n5,1,fine\n', { code: 'input.bad-quality', line: 2, column: 'value.quality' }],
    ['time,value\n5,1,7\n', { code: 'input.bad-csv', line: 2 }],
    ['', { code: 'input.empty' }],
  ])('refuses %j', (text, expected) => {
    expect(refusal(() => csv(text))).toMatchObject(expected);
  });

  test('the refusal of a header says what it has', () => {
    expect(refusal(() => csv('time,pressure [bar]\n'))?.message).toBe(
      'p.csv:1: the header has no column "value" (it has time, pressure)',
    );
  });
});

test('JSONL and Parquet give the same table as CSV', async () => {
  const rows = [
    { time: 1767542400000, key: 'C-1', value: 6.25 },
    { time: 1767542400500, key: 'C-2', value: 6.5 },
  ];
  const fromCsv = csv(`time,key,value\n${rows.map((r) => `${r.time},${r.key},${r.value}`).join('\n')}\n`);
  const fromJsonl = readJsonl('p.jsonl', rows.map((r) => JSON.stringify(r)).join('\n'), schema, 'C-1');
  const file = path.join(folder, 'p.parquet');
  await writeFile(
    file,
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'time', data: rows.map((r) => r.time), type: 'DOUBLE' },
          { name: 'key', data: rows.map((r) => r.key), type: 'STRING' },
          { name: 'value', data: rows.map((r) => r.value), type: 'DOUBLE' },
        ],
      }),
    ),
  );
  const fromParquet = await readInput(file, schema, 'C-1');
  for (const table of [fromJsonl, fromParquet]) {
    expect(table.time).toEqual(fromCsv.time);
    expect(table.key).toEqual(fromCsv.key);
    expect(table.columns).toEqual(fromCsv.columns);
  }
});

test('a folder of waveforms', async () => {
  const wave: WireSchema = { kind: 'stream', columns: { value: { type: 'wave', unit: 'm/s2' } } };
  const dir = await mkdtemp(path.join(folder, 'waves-'));
  await writeFile(path.join(dir, '2026-01-05T00-00-01+08:00@48000.f32'), new Uint8Array(Float32Array.of(0.5, -0.25).buffer));
  const table = await readInput(dir, wave, 'M-1');
  expect([...table.time]).toEqual([1767542401000]);
  expect(table.columns.value?.values).toEqual([{ t0: 1767542401000, rate: 48000, n: 2, values: Float32Array.of(0.5, -0.25) }]);
  await expect(readInput(path.join(dir, 'none.csv'), wave, 'M-1')).rejects.toMatchObject({ code: 'input.not-found' });
  await expect(readInput(dir, schema, 'M-1')).rejects.toMatchObject({ code: 'input.no-wave' });
});

test('times without a zone are refused', () => {
  expect(parseTime('2026-01-05T00:00:00')).toBeUndefined();
  expect(parseTime('2026-01-05T00:00:00Z')).toBe(1767571200000);
  expect(parseTime('05.01.2026')).toBeUndefined();
});
