import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { asc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { release, run } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { RunRequest } from '#runtime/replay/request.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { performRun } from './replay-run.ts';
import { openRunDesk } from './run-desk.ts';

const name = { en: 'x', zh: '甲' };
const graph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: name, type: 'number' }],
  nodes: [{ id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } }],
  wires: [],
  outputs: [{ name: 'x', from: { node: 'in', port: 'out' } }],
};

function requestOf(tagId: number): RunRequest {
  const text = JSON.stringify(graph);
  return {
    graph: text,
    graphHash: createHash('sha256').update(text).digest('hex'),
    key: 'C-101',
    assetId: '00000000-0000-7000-8000-000000000000',
    bindings: { x: { tagId } },
    parameters: {},
    window: { from: 0, to: 1 },
    input: 'corrected',
    confirmations: 'none',
    compare: false,
  };
}
const ask = async (f: WorkerFixture, tagId: number, more: Partial<typeof run.$inferInsert> = {}) => {
  const [row] = await f.db
    .insert(run)
    .values({ orgId: ORG, kind: 'test', request: { ...requestOf(tagId) }, ...more })
    .returning();
  return row?.id ?? '';
};
const rowOf = async (f: WorkerFixture, id: string) => {
  const [row] = await f.db.select().from(run).where(eq(run.id, id));
  if (!row) throw new Error('the run is gone');
  return row;
};
const desk = (f: WorkerFixture, warn: (what: string) => void = () => {}) =>
  openRunDesk({
    db: f.db,
    perform: (id, signal) =>
      performRun(
        {
          db: f.db,
          reader: f.reader,
          dataFolder: f.dataFolder,
          blobs: { put: never, get: never },
          holder: 'w1',
          onFatal: never,
        },
        id,
        signal,
      ),
    warn,
  });
const never = () => {
  throw new Error('not here');
};

test('runs that no queue dealt are worked on; one whose process is killed is begun again, and given up with a reason after three', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const tagId = lane.tags[0] ?? 0;
  const [proving] = await f.db
    .insert(release)
    .values({
      ...{ orgId: ORG, publisher: 'p', slug: 's', version: '1.0.0', title: name, summary: name, manifest: {}, graphHash: '' },
      ...{ pack: new Uint8Array(), packHash: '', status: 'proving' },
    })
    .returning();
  // Nothing is told to the queue: its message was lost.
  const first = await ask(f, tagId);
  const worn = await ask(f, tagId, { attempts: 2, releaseId: proving?.id });
  const children = [0, 1].map(() =>
    fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [], {
      execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  try {
    // While the table of tags is locked a run does not get on, however quick the machine.
    await f.sql.begin(async (tx) => {
      await tx`lock table tag in access exclusive mode`;
      await until('both are worked on', async () => (await f.db.select().from(run)).every((r) => r.status === 'running'), 40_000);
      for (const child of children) child.kill('SIGKILL');
    });
    expect((await f.db.select().from(run).orderBy(asc(run.attempts))).map((r) => r.attempts)).toEqual([1, 3]);
    const told: string[] = [];
    const other = desk(f, (what) => told.push(what));
    await until('the first is done', async () => (await rowOf(f, first)).status === 'done', 30_000);
    await until('the worn one is given up', async () => (await rowOf(f, worn)).status === 'failed', 30_000);
    await other.stop();
    expect(await rowOf(f, first)).toMatchObject({ attempts: 2, error: null, progress: 1 });
    expect((await rowOf(f, worn)).error).toEqual({
      code: 'RUN_LOST',
      message: 'The worker process ended 3 times while it worked on this; it is not begun again.',
      zh: expect.stringContaining('3 次'),
    });
    expect((await f.db.select().from(release)).map((r) => r.status)).toEqual(['proof-failed']);
    expect(told).toEqual([`run ${worn}`]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}, 120_000);

test('an attempt that was taken over writes nothing; one that is asked to leave does not count', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await ask(f, lane.tags[0] ?? 0);
  const leaving = new AbortController();
  const tools = {
    db: f.db,
    reader: f.reader,
    dataFolder: f.dataFolder,
    blobs: { put: never, get: never },
    holder: 'w1',
    onFatal: never,
  };
  leaving.abort();
  await expect(performRun(tools, id, leaving.signal)).rejects.toThrow();
  expect(await rowOf(f, id)).toMatchObject({ status: 'queued', attempts: 0, holder: null });
  let working: Promise<void> | undefined;
  await f.sql.begin(async (tx) => {
    await tx`lock table tag in access exclusive mode`;
    working = performRun(tools, id, new AbortController().signal);
    await until('it is worked on', async () => (await rowOf(f, id)).status === 'running');
    // frozen so long that another began it
    await f.db.update(run).set({ attempts: 2, holder: 'w2' }).where(eq(run.id, id));
  });
  await working;
  expect(await rowOf(f, id)).toMatchObject({ status: 'running', attempts: 2, holder: 'w2', report: null });
});
