import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { strike } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const graph = (code: string): GraphDocumentInput => ({
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: '甲' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    {
      id: 'mine',
      block: 'millwright/transform.code',
      version: '1.0.0',
      params: { code, outputs: [{ name: 'y', type: 'number' }] },
    },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'mine', port: 'in' } }],
  outputs: [{ name: 'y', from: { node: 'mine', port: 'out' } }],
});

test('a built-in that cannot be interrupted costs its worker; the second time its app is quarantined, with the block named, and the neighbour runs on', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const x = lane.tags[0] ?? 0;
  const bad = await f.instance(
    graph(
      'export default function (row) {\n  const a = [];\n  if (row.value > 5) {\n    a.length = 1e9;\n    a.fill(0);\n  }\n  return { y: a.length };\n}',
    ),
    { x },
  );
  const good = await f.instance(graph('export default function (row) {\n  return { y: row.value + 1 };\n}'), { x });
  const codes: (number | null)[] = [];
  let child: ChildProcess | undefined;
  let over = false;
  // the supervisor's part: one process ends, the next begins
  const supervise = () => {
    if (over) return;
    child = fork(fileURLToPath(new URL('./proof/child.ts', import.meta.url)), [], {
      execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'],
      env: {
        ...process.env,
        DATABASE_URL: f.url,
        MILLWRIGHT_DATA: f.dataFolder,
        PROOF_LIMITS: '{"timeoutMs":300,"hostDeadlineMs":1500}',
        WORKER_TEST_LOG: 'silent',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('exit', (code) => {
      codes.push(code);
      supervise();
    });
  };
  supervise();
  try {
    for (const id of [bad, good]) await f.running(id);
    const t = Date.now();
    await lane.write([{ time: t, values: [1] }]);
    await until('both gave a row', async () => (await f.outputs(bad)).length === 1 && (await f.outputs(good)).length === 1);
    await lane.write([{ time: t + 1, values: [10] }]);
    await until('quarantined', async () => (await f.facts(bad)).status === 'quarantined', 60_000);
    // given up by its host deadline, or ended by V8 itself: by a signal both times, and no third time
    expect(codes).toEqual([null, null]);
    expect((await f.facts(bad)).reason).toMatchObject({
      code: 'QUARANTINED',
      node: 'mine',
      zh: expect.stringContaining('2 次'),
      message: expect.stringContaining("Block 'mine'"),
    });
    expect((await f.facts(bad)).reason?.line).toBeGreaterThanOrEqual(4);
    expect((await f.db.select().from(strike)).every((s) => s.instanceId === bad)).toBe(true);
    await lane.write([{ time: t + 2, values: [20] }]);
    await until('the neighbour goes on', async () => (await f.outputs(good)).length === 3, 30_000);
    expect((await f.outputs(good)).map((r) => r.values[1])).toEqual([2, 11, 21]);
    expect((await f.outputs(bad)).length).toBe(1);
    expect((await f.facts(good)).status).toBe('running');
  } finally {
    over = true;
    child?.kill('SIGKILL');
  }
}, 120_000);
