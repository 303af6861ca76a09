import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asset, installation, instance } from '#drizzle/schema/index.ts';
import { readCsv, readInput } from '#runtime/files/read.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { ORG, until, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { replayFiles } from './replay-files.ts';

/**
 * The page docs/time-machine.md, command by command: real measurements of a machine that failed, in files, and as the recorded past of a running app. Times and
 * values that the page tells are checked against a calculation by hand below.
 */
const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));
const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const folder = path.join(docs, 'time-machine');
const page = readFileSync(path.join(docs, 'time-machine.md'), 'utf8');
/** Command -> what the page says that it prints. */
const commands = [...page.matchAll(/```\n\$ mw (.+)\n([^`]*)```/g)].map((m) => ({ args: m[1] ?? '', prints: m[2] ?? '' }));
/** Wall time is another one on every machine, and so is how many entries a live step happens to take. */
const plain = (text: string) =>
  text
    .replace(/in [\d.]+ s, \d+ × real time/g, 'in … s')
    .replace(/: \d+ steps run again, every/, ': … steps run again, every')
    .trim();

let f: WorkerFixture;
let out: string;
const schema = { kind: 'stream', columns: { value: { type: 'number', unit: 'Cel' } } } as const;
const recorded = readCsv('temperature.csv', readFileSync(path.join(folder, 'temperature.csv'), 'utf8'), schema, 'M-1');

/** A shell's words, as far as the page needs them. */
const words = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? '');
const mw = (...args: string[]) =>
  new Promise<{ code: number | null; out: string; err: string }>((done) => {
    const child = spawn(process.execPath, [MW, ...args], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
    });
    let [printed, said] = ['', ''];
    child.stdout.on('data', (chunk) => (printed += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.on('close', (code) => done({ code, out: printed, err: said }));
  });

beforeAll(async () => {
  f = await workerFixture();
  out = await mkdtemp(path.join(tmpdir(), 'mw-time-'));
  const lane = await f.lane([{ unit: '[degF]' }]);
  const temperature = lane.tags[0] as number;
  const worker = await f.worker();
  // Without its message, whose answer would come at the time of this test and not of the data.
  const guard: GraphDocumentInput = JSON.parse(readFileSync(path.join(folder, 'guard.json'), 'utf8'));
  const quiet = {
    ...guard,
    nodes: guard.nodes.filter((n) => n.id !== 'tell'),
    wires: guard.wires?.filter((w) => w.to.node !== 'tell'),
  };
  const id = await f.instance(quiet, { temperature }, { key: 'M-1' });
  const [place] = await f.db.select().from(asset).where(eq(asset.orgId, ORG));
  await f.db.update(installation).set({ name: { en: 'Machine guard', zh: '设备监护' } });
  await f.db
    .update(instance)
    .set({ assetId: place?.id ?? null })
    .where(eq(instance.id, id));
  await f.running(id);
  const values = recorded.columns.value?.values as Float64Array;
  for (let i = 0; i < recorded.n; i += 12)
    await lane.write(Array.from(recorded.time.slice(i, i + 12), (time, k) => ({ time, values: [values[i + k] ?? 0] })));
  await until('it has seen everything', async () => (await f.outputs(id)).length === recorded.n);
  await worker.stop();
});
afterAll(async () => {
  await f[Symbol.asyncDispose]();
  await rm(out, { recursive: true });
});

describe('docs/time-machine.md', () => {
  it.each(commands)('mw $args', async ({ args, prints }) => {
    const done = await mw(...words(args));
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    expect(plain(done.out)).toBe(plain(prints));
  });

  it('tells what a calculation by hand gives', () => {
    expect(commands).toHaveLength(4);
    // EWMA of the same values: s += 0.2 (x − s), °C = (°F − 32) / 1.8 (NIST SP 811, B.8)
    const values = recorded.columns.value?.values as Float64Array;
    const raised = (low: number) => {
      let s = Number.NaN;
      for (const [i, v] of values.entries()) {
        const x = (v - 32) / 1.8;
        s = Number.isNaN(s) ? x : s + 0.2 * (x - s);
        if (s < low) return { at: new Date(recorded.time[i] ?? 0).toISOString(), value: Number(s.toPrecision(6)) };
      }
      return undefined;
    };
    const [backtest, , plant] = commands;
    for (const [low, text] of [
      [18, backtest?.prints],
      [10, plant?.prints],
    ] as const) {
      const first = raised(low);
      expect(text).toContain(`P2 ${first?.at}`);
      expect(text).toContain(`(${first?.value} Cel)`);
    }
    expect(plant?.prints).toContain('every output bit for bit what was committed');
  });

  it('writes the same records in every format', async () => {
    const graph = path.join(folder, 'guard.json');
    const given = { key: 'demo', model: [], param: [], last: 1, wire: 'smooth', at: '2014-02-10T00:00:00Z' };
    const wanted = { ...given, in: [`temperature=${path.join(folder, 'temperature.csv')}`] };
    const tables = [];
    for (const format of ['csv', 'arrow', 'parquet']) {
      const file = path.join(out, `smooth.${format}`);
      expect(await replayFiles(graph, { ...wanted, out: file })).toMatchObject({ count: recorded.n });
      tables.push({ ...(await readInput(file, schema, 'x')), file: '' });
    }
    expect(tables[0]?.n).toBe(recorded.n);
    expect(tables[0]?.columns.value?.unit).toBe('Cel');
    expect(tables[1]).toEqual(tables[0]);
    expect(tables[2]).toEqual(tables[0]);
    // and what was written is what another run takes
    const again = await replayFiles(graph, { ...given, in: [`temperature=${path.join(out, 'smooth.parquet')}`] });
    expect(again).toMatchObject({ samples: recorded.n, columns: { value: { unit: 'Cel' } } });
    await expect(replayFiles(graph, { ...wanted, out: path.join(out, 'smooth.xlsx') })).rejects.toThrow('.parquet');
  });
});
