import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { provisionOrganization } from '#drizzle/organization.ts';
import { effect } from '#drizzle/schema/index.ts';
import { modelsIn } from '#runtime/compute/answering.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { type Computer, startComputeRunner } from './compute-runner.ts';
import { fixture, until } from './fixture.testing.ts';
import { claimEffects, finishEffect } from './outbox.ts';

const plan = (timeLimit: number) => ({
  operations: Array.from({ length: 36 }, (_, i) => ({
    job: `J${Math.floor(i / 6)}`,
    step: i % 6,
    machine: `M${(i * 7 + Math.floor(i / 6)) % 6}`,
    duration: 3 + ((i * 13) % 17),
  })),
  breaks: [{ machine: 'M0', from: 3, to: 9 }],
  timeLimit,
});

test('a request is computed and its answer is an entry of the log', async () => {
  await using f = await fixture();
  const pool = openComputePool({ models: await modelsIn([]), size: 1, warn: () => {} });
  const id = await f.add('compute.jobshop', plan(0.05));
  const bad = await f.add('compute.onnx', { model: '0'.repeat(64), rows: 1, inputs: {} });
  const runner = startComputeRunner({ db: f.db, computer: pool, warn: () => {} });
  await until(async () => (await f.rows()).every((row) => row.answered));
  await runner.stop();
  await pool.close();
  expect(await f.rows()).toMatchObject([
    { status: 'done', answer: { ok: true, value: { operations: expect.any(Array) } } },
    { status: 'refused', answer: { ok: false, code: 'model-missing' } },
  ]);
  const answers = await f.answers();
  expect(answers).toHaveLength(2);
  expect(answers.find((a) => a?.type === 'answer' && a.step === id.step)).toMatchObject({ ok: true, node: 'n', key: 'k' });
  expect(answers.find((a) => a?.type === 'answer' && a.step === bad.step)).toMatchObject({ ok: false, reason: 'model-missing' });
});

test('runners that are killed in the middle of it: each request is answered once', { timeout: 120_000 }, async () => {
  await using f = await fixture();
  const start = () =>
    fork(fileURLToPath(new URL('./compute-runner.testing.ts', import.meta.url)), [f.url], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: 'inherit',
    });
  const ids = [
    await f.add('compute.jobshop', plan(1)),
    await f.add('compute.jobshop', plan(1)),
    await f.add('compute.jobshop', plan(1)),
  ];
  for (let kill = 0; kill < 2; kill++) {
    const runner = start();
    await until(async () => (await f.rows()).some((row) => row.status === 'running' && row.nextAt.getTime() > Date.now()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    runner.kill('SIGKILL');
    await once(runner, 'exit');
  }
  const last = start();
  await until(async () => (await f.rows()).every((row) => row.status === 'done'));
  last.kill('SIGKILL');
  await once(last, 'exit');
  const answers = await f.answers();
  expect(answers.map((a) => (a?.type === 'answer' ? a.step : 0)).sort()).toEqual(ids.map((id) => id.step));
  const values = (await f.rows()).map((row) => row.answer?.value);
  expect(values[1]).toEqual(values[0]);
  expect(values[2]).toEqual(values[0]);
});

test('a runner that was taken for dead answers nothing twice', async () => {
  await using f = await fixture();
  await f.add('compute.jobshop', plan(0.05));
  const [mine] = await claimEffects(f.db, { kinds: ['compute.jobshop'], claimMs: 1, fairly: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [other] = await claimEffects(f.db, { kinds: ['compute.jobshop'], fairly: true });
  if (!mine || !other) throw new Error('not claimed');
  expect(other.attempts).toBe(2);
  expect(await finishEffect(f.db, other, 'done', { ok: true, value: 1 })).toBe(true);
  expect(await finishEffect(f.db, mine, 'done', { ok: true, value: 2 })).toBe(false);
  expect(await f.answers()).toMatchObject([{ ok: true, value: 1 }]);
});

test('organizations in turn: one with a hundred requests does not hold up another’s one', async () => {
  await using f = await fixture();
  await provisionOrganization(f.db, 'other');
  const rows = Array.from({ length: 100 }, (_, i) => ({
    shardId: 9,
    step: i + 1,
    ordinal: 0,
    orgId: i === 99 ? 'other' : 'org',
    instanceId: '00000000-0000-7000-8000-000000000001',
    node: 'n',
    key: 'k',
    kind: 'compute.jobshop',
    request: plan(0.01),
    nextAt: new Date(Date.now() - 100_000 + i),
  }));
  await f.db.insert(effect).values(rows);
  const order: string[] = [];
  const computer: Computer = {
    free: 2,
    compute: async (orgId) => {
      order.push(orgId);
      return { ok: true, value: null };
    },
  };
  const runner = startComputeRunner({ db: f.db, computer, warn: () => {} });
  await until(async () => (await f.db.$count(effect, eq(effect.status, 'done'))) === 100);
  await runner.stop();
  expect(order).toHaveLength(100);
  expect(order.indexOf('other')).toBeLessThan(3);
});

test('a request that ends every process that takes it is given up, for a person to see', async () => {
  await using f = await fixture();
  await f.add('compute.jobshop', plan(0.01), { attempts: 5, status: 'running', nextAt: new Date(0) });
  const runner = startComputeRunner({ db: f.db, computer: { free: 1, compute: () => new Promise(() => {}) }, warn: () => {} });
  await until(async () => (await f.rows())[0]?.status === 'failed');
  await runner.stop();
  expect((await f.rows())[0]?.answer).toMatchObject({ ok: false, code: 'compute-crashed' });
  expect(await f.db.execute(sql`select 1 from effect where status = 'failed' and settled is null`)).toHaveLength(1);
});
