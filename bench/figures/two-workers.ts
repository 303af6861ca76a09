/** Apps that are bound by the processor, on one worker and on two, each with a core of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { instance, shard } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';

const APPS = 8;
const ROWS = 1_500;
const WAIT_MS = 300_000;

/** About half a millisecond of arithmetic a row: the log, the database and the source cost little beside it. */
const code = `export default function (row) {
  let y = row.value;
  for (let i = 0; i < 60000; i++) y = Math.sin(y) + i * 1e-6;
  return { y };
}`;
const graph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: '甲' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    {
      ...{ id: 'work', block: 'millwright/transform.code', version: '1.0.0' },
      params: { code, outputs: [{ name: 'y', type: 'number' }] },
    },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'work', port: 'in' } }],
  outputs: [{ name: 'y', from: { node: 'work', port: 'out' } }],
};

/** Rows a second that `cores.length` workers commit, all apps together. */
async function throughput(cores: readonly number[]): Promise<number> {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const children: ChildProcess[] = [];
  try {
    for (const core of cores) {
      const entry = fileURLToPath(new URL('../../runtime/worker/proof/child.ts', import.meta.url));
      const flags = ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'];
      const child = spawn('taskset', ['-c', String(core), process.execPath, ...flags, entry], {
        env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
    }
    for (let i = 0; i < APPS; i++) await f.instance(graph, { x: lane.tags[0] ?? 0 }, { key: `K${i}` });
    await until('all run', async () => (await f.db.select().from(instance)).every((r) => r.status === 'running'), WAIT_MS);
    await until('shared fairly', async () => {
      const holders = (await f.db.select().from(shard)).map((s) => s.holder);
      return [...new Set(holders)].every((h) => holders.filter((o) => o === h).length === APPS / cores.length);
    });
    const rows = Array.from({ length: ROWS }, (_, i) => ({ time: Date.now() + i, values: [i / ROWS] }));
    const t = performance.now();
    for (let i = 0; i < ROWS; i += 100) await lane.write(rows.slice(i, i + 100));
    await until(
      'all is done',
      async () => (await f.db.select().from(shard).where(eq(shard.orgId, 'org-a'))).every((s) => s.cursor.includes(ROWS)),
      WAIT_MS,
    );
    return (APPS * ROWS) / ((performance.now() - t) / 1_000);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

export default {
  name: 'two-workers',
  async run(): Promise<Figure[]> {
    const one = await throughput([0]);
    const two = await throughput([0, 1]);
    const conditions = `${APPS} apps of about 0.5 ms a row, ${ROWS} rows each from a backlog; each worker on a core of its own, database and source on the same cores`;
    return [
      { name: 'two workers: rows of one', value: one, unit: '1/s', conditions },
      { name: 'two workers: rows of two', value: two, unit: '1/s', conditions },
      { name: 'two workers: gain', value: two / one, unit: '×', conditions, goal: { atLeast: 1.6 } },
    ];
  },
};
