import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

/** The command as people run it: its own process, its exit code, what it prints. */
const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));
const APP = fileURLToPath(new URL('../../marketplace/apps/compressor-guard', import.meta.url));
let folder: string;
const file = (name: string) => path.join(folder, name);
const mw = (...args: string[]) => {
  const done = spawnSync(process.execPath, [MW, ...args], { encoding: 'utf8', cwd: folder });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const node = (id: string, block: string, params: object) => ({ id, block: `millwright/${block}`, version: '1.0.0', params });
const wire = (from: string, to: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port: 'in' } });

/** Pressure smoothed with α = 0.5: 1, 2, 4 give 1, 1.5, 2.75 by hand. */
const graph = {
  format: 1,
  nodes: [node('p', 'source.tag', { role: 'pressure' }), node('smooth', 'series.ewma', { alpha: 0.5 })],
  wires: [wire('p', 'smooth')],
  roles: [{ name: 'pressure', title: { en: 'Pressure', zh: '压力' }, unit: 'bar' }],
  outputs: [{ name: 'smooth', from: { node: 'smooth', port: 'out' } }],
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mw-cli-'));
  await writeFile(file('graph.json'), JSON.stringify(graph));
  await writeFile(file('bar.csv'), 'time,value [bar]\n0,1\n1000,2\n2000,4\n');
});

describe('mw run', () => {
  test('runs a graph on a file and writes every output with units and quality', async () => {
    const done = mw('run', 'graph.json', '--in', 'pressure=bar.csv', '--out', 'result', '--key', 'C-1', '--json');
    expect(done.err).toBe('');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({ records: 3, outputs: { smooth: { rows: 3 } }, alarms: 0, deadLetters: 0 });
    const lines = (await readFile(file('result/smooth.csv'), 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('time,key,value [bar],value.quality');
    expect(lines.slice(1)).toEqual([
      '1970-01-01T00:00:00.000Z,C-1,1,good',
      '1970-01-01T00:00:01.000Z,C-1,1.5,good',
      '1970-01-01T00:00:02.000Z,C-1,2.75,good',
    ]);
  });

  test('converts the unit of the file: 100 psi are 6.894757 bar (NIST SP 811)', async () => {
    await writeFile(file('psi.csv'), 'time,value [[psi]]\n0,100\n');
    expect(mw('run', 'graph.json', '--in', 'pressure=psi.csv', '--out', 'psi').code).toBe(0);
    const [, row = ''] = (await readFile(file('psi/smooth.csv'), 'utf8')).trim().split('\n');
    expect(Number(row.split(',')[2])).toBeCloseTo(6.894757, 6);
  });

  test('refuses with 2 and says file, line and column', async () => {
    await writeFile(file('bad.csv'), 'time,value [bar]\n0,1\n1000,six\n');
    const bad = mw('run', 'graph.json', '--in', 'pressure=bad.csv');
    expect(bad.code).toBe(2);
    expect(bad.err).toContain('bad.csv:3 [value]');
    await writeFile(file('kw.csv'), 'time,value [kW]\n0,1\n');
    const unit = mw('run', 'graph.json', '--in', 'pressure=kw.csv');
    expect(unit.code).toBe(2);
    expect(unit.err).toContain('different dimensions');
    const role = mw('run', 'graph.json', '--in', 'temperature=bar.csv');
    expect(role.code).toBe(2);
    expect(role.err).toContain('the graph reads pressure');
    const none = mw('run', 'nothing.json');
    expect(none.code).toBe(2);
    expect(none.err).toContain('nothing.json: there is no such file');
  });

  test('refuses a graph with every problem on a line, and a newer format by name', async () => {
    const wrong = { ...graph, nodes: [graph.nodes[0], node('smooth', 'series.nothing', {})] };
    await writeFile(file('wrong.json'), JSON.stringify(wrong));
    const unknown = mw('run', 'wrong.json', '--in', 'pressure=bar.csv');
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('node smooth');
    expect(unknown.err).toContain('series.nothing');
    await writeFile(file('newer.json'), JSON.stringify({ ...graph, format: 99 }));
    const newer = mw('run', 'newer.json');
    expect(newer.code).toBe(2);
    expect(newer.err).toContain('format 99');
  });
});

test('mw plan prints the order and units for a person', () => {
  const done = mw('plan', 'graph.json');
  expect(done.code).toBe(0);
  expect(done.out).toContain('smooth');
  expect(done.out).toContain('bar');
});

describe('packages', () => {
  test('are packed reproducibly, verified, and refused when one byte changed', async () => {
    expect(mw('app', 'pack', APP, '--key', 'key', '--out', 'a.mwapp').code).toBe(0);
    expect(mw('app', 'pack', APP, '--key', 'key', '--out', 'b.mwapp').code).toBe(0);
    const bytes = await readFile(file('a.mwapp'));
    expect(bytes.equals(await readFile(file('b.mwapp')))).toBe(true);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(file('c.mwapp'), bytes);
    const altered = mw('verify', 'c.mwapp');
    expect(altered.code).toBe(2);
    expect(altered.err).toMatch(/altered|damaged|signature/);
  });

  test('a proof with a wrong figure is red, exit 1', async () => {
    const app = file('app');
    await mkdir(path.join(app, 'proof'), { recursive: true });
    for (const name of ['README.en.md', 'README.zh.md']) await writeFile(path.join(app, name), '# x');
    await writeFile(path.join(app, 'graph.json'), JSON.stringify(graph));
    await writeFile(path.join(app, 'screens.json'), '[]');
    const manifest = { format: 1, publisher: 'acme', slug: 'smooth', version: '1.0.0', capabilities: ['tag.read'] };
    const both = { en: 'Smooth', zh: '平滑' };
    await writeFile(path.join(app, 'app.json'), JSON.stringify({ ...manifest, title: both, summary: both }));
    await copyFile(file('bar.csv'), path.join(app, 'proof', 'bar.csv'));
    const proof = (expected: number) => ({
      format: 1,
      runs: [
        {
          id: 'hand',
          title: both,
          inputs: { pressure: 'bar.csv' },
          checks: [{ kind: 'output', id: 'last', title: both, output: 'smooth', statistic: 'last', expected, source: 'by hand' }],
          falsifiers: [{ title: both, node: 'smooth', param: 'alpha', value: 1 }],
        },
      ],
    });
    await writeFile(path.join(app, 'proof', 'proof.json'), JSON.stringify(proof(2.75)));
    const good = mw('verify', 'app');
    expect(good.err).toBe('');
    expect(good).toMatchObject({ code: 0 });
    expect(good.out).toContain('proven');
    await writeFile(path.join(app, 'proof', 'proof.json'), JSON.stringify(proof(2.5)));
    const red = mw('verify', 'app');
    expect(red.code).toBe(1);
    expect(red.out).toContain('not proven');
    // Metric, what was got, what was expected, and how far it may be off.
    expect(red.out).toContain('hand/last (Smooth): got 2.75, expected 2.5 exactly (by hand)');
  });
});

test('mw --help tells exit codes and examples', () => {
  const done = mw('--help');
  expect(done.code).toBe(0);
  expect(done.out).toContain('Exit codes');
  expect(mw('fly').code).toBe(2);
});
