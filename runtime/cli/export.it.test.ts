import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableFromIPC } from '@uwdata/flechette';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { organization } from '#drizzle/schema/index.ts';
import { ORG, workerFixture } from '#runtime/worker/fixture.testing.ts';

const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));

test('mw export writes what was recorded, for mw run, pandas and DuckDB', async () => {
  await using f = await workerFixture();
  await f.db.insert(organization).values({ id: ORG, name: 'Baoan', slug: 'baoan', createdAt: new Date() });
  const lane = await f.lane([
    { name: 'C-101.p', unit: 'bar' },
    { name: 'C-101.t', unit: 'Cel' },
  ]);
  const begin = Date.UTC(2026, 0, 5, 8);
  for (let i = 0; i < 3; i++) await lane.write([{ time: begin + i * 43_200_000, values: [7 + i, 40 + i] }]);
  const env = { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder };
  const mw = (...args: string[]) =>
    spawnSync(process.execPath, [MW, 'export', ...args], { encoding: 'utf8', cwd: f.dataFolder, env });
  const window = ['--from', '2026-01-05T08:00:00Z', '--to', '2026-01-06T08:00:00Z'];
  const file = (name: string) => path.join(f.dataFolder, name);

  const csv = mw('C-101.p', ...window, '--out', 'p.csv');
  expect(csv).toMatchObject({ status: 0, stderr: '' });
  expect(csv.stdout).toMatch(/^p\.csv: 2 samples of C-101\.p, 2026-01-05T08:00:00\.000Z to 2026-01-06T08:00:00\.000Z, csv/);
  // the end of the window is not in it
  expect((await readFile(file('p.csv'), 'utf8')).split('\n')).toEqual([
    'time,key,value [bar],value.quality,value.origin',
    '2026-01-05T08:00:00.000Z,C-101.p,7,good,measured',
    '2026-01-05T20:00:00.000Z,C-101.p,8,good,measured',
    '',
  ]);
  const both = JSON.parse(mw('C-101.p', 'C-101.t', ...window, '--out', 'x.parquet', '--json').stdout) as unknown;
  expect(both).toMatchObject({ samples: 4, signals: ['C-101.p', 'C-101.t'], format: 'parquet' });
  const parquet = await readFile(file('x.parquet'));
  const rows = await parquetReadObjects({ file: Uint8Array.from(parquet).buffer });
  expect(rows.map((row) => [(row.time as Date).toISOString(), row.key, row.value, row.unit]).sort()).toEqual([
    ['2026-01-05T08:00:00.000Z', 'C-101.p', 7, 'bar'],
    ['2026-01-05T08:00:00.000Z', 'C-101.t', 40, 'Cel'],
    ['2026-01-05T20:00:00.000Z', 'C-101.p', 8, 'bar'],
    ['2026-01-05T20:00:00.000Z', 'C-101.t', 41, 'Cel'],
  ]);
  expect(mw('C-101.t', ...window, '--out', 'export', '--format', 'arrow').status).toBe(0);
  expect([...(tableFromIPC(await readFile(file('export'))).getChild('value') ?? [])]).toEqual([40, 41]);

  for (const [args, why] of [
    [['C-101.x', ...window, '--out', 'x.csv'], 'C-101.x'],
    [['C-101.p', ...window, '--out', 'x.xlsx'], '*.parquet'],
    [['C-101.p', ...window, '--out', 'x.csv', '--org', 'none'], '--org none'],
    [['C-101.p', '--from', 'yesterday', '--out', 'x.csv'], '--from'],
  ] as const) {
    const refused = mw(...args);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(why)]);
  }
}, 180_000);
