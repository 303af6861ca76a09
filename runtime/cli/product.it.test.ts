import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app, asset, instance } from '#drizzle/schema/index.ts';
import type { GraphDocument, GraphDocumentInput } from '#runtime/graph/document.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { ORG, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { backtest } from './backtest.ts';
import { replayWire } from './replay-wire.ts';

/** The commands as people run them, on the database of a plant with recorded data whose outcome is known by hand. */
const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));
const T0 = Date.UTC(2026, 0, 5, 6);
const MINUTES = 30;
let f: WorkerFixture;
let folder: string;
let pressure: number;

/** Pressure in psi, smoothed in bar, an alarm above 6 bar. 100 psi are 6.894757 bar (NIST SP 811). */
const graph = (alpha: number, high: number): GraphDocumentInput => {
  const node = (id: string, block: string, params: Record<string, unknown>) => ({
    id,
    block: `millwright/${block}`,
    version: '1.0.0',
    params,
  });
  const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
  return {
    format: 1,
    roles: [{ name: 'pressure', title: { en: 'Pressure', zh: '压力' }, unit: 'bar' }],
    nodes: [
      node('p', 'source.tag', { role: 'pressure' }),
      node('smooth', 'series.ewma', { alpha }),
      node('limit', 'series.compare', { high, hysteresis: 0.1 }),
      {
        ...node('alarm', 'alarm.raise', { priority: 2, text: { en: 'Pressure high', zh: '压力高' } }),
        bind: { condition: 'on' },
      },
    ],
    wires: [wire('p', 'smooth'), wire('smooth', 'limit'), wire('limit', 'alarm')],
    outputs: [{ name: 'smooth', from: { node: 'smooth', port: 'out' } }],
  };
};

beforeAll(async () => {
  f = await workerFixture();
  folder = await mkdtemp(path.join(tmpdir(), 'mw-product-'));
  const lane = await f.lane([{ unit: '[psi]' }]);
  pressure = lane.tags[0] as number;
  // 50 psi, and 100 psi in the last ten minutes.
  for (let minute = 0; minute < MINUTES; minute++) {
    // One sample of the 20th minute comes five minutes late, corrected to 60 psi.
    if (minute === 24) await lane.write([{ time: T0 + 19 * 60_000, at: T0 + 24 * 60_000, values: [60] }]);
    await lane.write([0, 20, 40].map((s) => ({ time: T0 + (minute * 60 + s) * 1000, values: [minute < 20 ? 50 : 100] })));
  }
  const id = await f.instance(graph(1, 100), { pressure });
  const [place] = await f.db.select().from(asset).where(eq(asset.orgId, ORG));
  await f.db
    .update(instance)
    .set({ assetId: place?.id ?? null })
    .where(eq(instance.id, id));
  await f.db.insert(app).values({
    orgId: ORG,
    slug: 'guard',
    name: { en: 'Pressure guard', zh: '压力监护' },
    graph: graphDocument.parse(graph(1, 6)) as GraphDocument,
    binding: { assetId: place?.id ?? '', roles: { pressure: { tagId: pressure } } },
  });
  await writeFile(path.join(folder, 'graph.json'), JSON.stringify(graph(0.5, 6)));
});
afterAll(async () => {
  await f[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const mw = (...args: string[]) => {
  const done = spawnSync(process.execPath, [MW, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const at = (minute: number) => new Date(T0 + minute * 60_000).toISOString();
const WINDOW = ['--from', at(0), '--to', at(MINUTES)];
const BAR = 6.894757;

describe('mw backtest', () => {
  it('runs an edited graph over recorded data, counts what it would have done, and compares with the running version', async () => {
    const done = mw('backtest', 'graph.json', '--instance', 'C-101', ...WINDOW, '--out', 'result', '--json');
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    const report = JSON.parse(done.out);
    // Of the corrected sample the newest version alone.
    expect(report).toMatchObject({ input: 'corrected', rows: MINUTES * 3, alarms: { total: 1 }, effects: { total: 0 } });
    // Half of the way from 51.25 psi to 100 psi, then three quarters: 75.6 and 87.8 psi; 6 bar are 87.02 psi.
    const [alarm] = report.alarms.list;
    expect(alarm).toMatchObject({ node: 'alarm', priority: 2, from: T0 + 20 * 60_000 + 20_000 });
    expect(report.difference).toMatchObject({
      against: { version: '1.0.0' },
      alarms: { added: [{ node: 'alarm' }], removed: [] },
    });
    const [changed] = report.difference.outputs[0].columns;
    // The corrected 60 psi at 19:00 leave 51.25 psi at 19:40; then 100 psi at once against 75.625 psi: 24.375 psi apart.
    expect(changed.most).toBeCloseTo((BAR * 24.375) / 100, 4);
    expect(changed.at).toBe(T0 + 20 * 60_000);
    const lines = (await readFile(path.join(folder, 'result', 'smooth.csv'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(1 + MINUTES * 3);
  });

  it('takes the data as they arrived where asked, and a draft on the machine that the studio tests it on', () => {
    const done = mw('backtest', 'guard', ...WINDOW, '--input', 'arrived');
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    // Both versions of the corrected sample.
    expect(done.out).toContain(`data as it arrived: ${MINUTES * 3 + 1} samples`);
    expect(done.out).toContain('Alarms that would have been raised: 2');
    expect(done.out).toContain('Effects captured, none performed: 0');
  });

  it('refuses with 2 and says what would be right', async () => {
    const refused = mw('backtest', 'nothing');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('apps: guard');
    const product = { ...f, dataFolder: f.dataFolder };
    const options = {
      from: at(0),
      to: at(1),
      input: 'corrected',
      confirm: 'confirm',
      compare: false,
      bind: [],
      param: [],
    } as const;
    await expect(backtest(product, path.join(folder, 'graph.json'), { ...options, instance: 'P-9' })).rejects.toThrow('C-101');
    await expect(backtest(product, 'guard', { ...options, from: 'yesterday' })).rejects.toThrow('2026-01-05T12:00:00+08:00');
    await expect(backtest(product, 'guard', { ...options, to: '2199-01-01T00:00:00Z' })).rejects.toThrow('future');
    await expect(backtest(product, 'guard', { ...options, bind: ['pressure=none'] })).rejects.toThrow('no tag "none"');
    await expect(backtest(product, 'guard', { ...options, param: ['x=1'] })).rejects.toThrow('no such parameter');
    const wire = { ...options, wire: 'nothing.out', at: at(5), since: '1h', input: 'arrived', last: 1 } as const;
    await expect(replayWire(product, 'guard', wire)).rejects.toThrow('p, smooth, limit, alarm');
  });
});

describe('mw replay', () => {
  it('shows what was on a wire at a past moment, as it was known then', () => {
    const done = mw(
      'replay',
      'graph.json',
      '--instance',
      'C-101',
      '--wire',
      'smooth',
      '--at',
      at(20.34),
      '--last',
      '2',
      '--json',
    );
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    const wire = JSON.parse(done.out);
    expect(wire).toMatchObject({ node: 'smooth', port: 'out', count: 62, columns: { value: { unit: 'bar' } } });
    const values = wire.records.map((one: { values: { value: { v: number } } }) => one.values.value.v);
    // 75 and 87.5 psi; the correction to 60 psi came four minutes later.
    expect(values[0]).toBeCloseTo((BAR * 75) / 100, 4);
    expect(values[1]).toBeCloseTo((BAR * 87.5) / 100, 4);
  });
});
