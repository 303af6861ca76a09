import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { modelsIn } from './answering.ts';
import { type ComputePool, openComputePool, type PoolOptions } from './pool.ts';
import { resourcesOf } from './process-use.ts';
import type { ModelStore } from './requests.ts';

const LINEAR = readFileSync(new URL('./fixtures/linear.onnx', import.meta.url));
const model = createHash('sha256').update(LINEAR).digest('hex');
const patient = { model, rows: 1, inputs: { x: [0.061696206518683294, 0.019907486170462722, 0.0218723855140367] } };
/** A shop that no search proves optimal, so that all effort is used. */
const plan = (timeLimit: number, seed = 1) => ({
  operations: Array.from({ length: 60 }, (_, i) => ({
    job: `J${Math.floor(i / 6)}`,
    step: i % 6,
    machine: `M${(i * 7 + Math.floor(i / 6)) % 6}`,
    duration: 3 + ((i * 13) % 17),
  })),
  breaks: [{ machine: 'M0', from: 3, to: 9 }],
  timeLimit,
  seed,
});

const pools: ComputePool[] = [];
const open = async (options: Partial<PoolOptions> = {}) => {
  const pool = openComputePool({ models: await modelsIn([LINEAR]), size: 1, warn: () => {}, ...options });
  pools.push(pool);
  return pool;
};
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

test('a model and a plan, in processes of their own', async () => {
  const pool = await open();
  const [run, made] = await Promise.all([
    pool.compute('a', 'compute.onnx', patient),
    pool.compute('a', 'compute.jobshop', plan(0.05)),
  ]);
  if (!run.ok) throw new Error(run.code);
  const { y } = (run.value as { outputs: { y: { values: number[] } } }).outputs;
  expect(y.values[0]).toBeCloseTo(205.9047539127131, 3); // scikit-learn, see onnx/run.test.ts
  expect(made).toMatchObject({ ok: true, value: { status: expect.stringMatching(/optimal|timeout/) } });
  expect(pool.facts).toMatchObject({ processes: 1, busy: 0, waiting: 0, done: 2 });
});

test('too much processor time or clock ends the process, not the pool', async () => {
  const cpu = await open({ limits: { cpuSeconds: 1 } });
  expect(await cpu.compute('a', 'compute.jobshop', plan(100))).toEqual({
    ok: false,
    code: 'compute-time',
    params: { limit: 1 },
  });
  expect((await cpu.compute('a', 'compute.onnx', patient)).ok).toBe(true);
  const clock = await open({ limits: { wallSeconds: 0.5 } });
  expect(await clock.compute('a', 'compute.jobshop', plan(100))).toMatchObject({ ok: false, code: 'compute-time' });
});

test('too much memory ends the process', async () => {
  const pool = await open({ limits: { megabytes: 64 } });
  expect(await pool.compute('a', 'compute.jobshop', plan(100))).toMatchObject({ ok: false, code: 'compute-memory' });
});

test('a process that is killed in the middle: once more in a fresh one, the answer is the same', async () => {
  const pool = await open();
  const calm = await pool.compute('a', 'compute.jobshop', plan(1));
  const again = pool.compute('a', 'compute.jobshop', plan(1));
  const pid = await busyChild();
  process.kill(pid, 'SIGKILL');
  expect(await again).toEqual(calm);
  expect(pool.facts.ended).toBe(1);
});

test('one organization with much to compute does not hold up another', async () => {
  const pool = await open();
  const order: string[] = [];
  const ask = (org: string, seed: number) => pool.compute(org, 'compute.jobshop', plan(0.02, seed)).then(() => order.push(org));
  await Promise.all([...[1, 2, 3, 4, 5, 6].map((seed) => ask('many', seed)), ask('few', 1)]);
  expect(order.indexOf('few')).toBeLessThanOrEqual(2);
});

test('more than may wait is refused at once', async () => {
  const pool = await open({ mostWaiting: 2 });
  const asked = [1, 2, 3, 4].map((seed) => pool.compute('a', 'compute.jobshop', plan(0.02, seed)));
  const codes = (await Promise.all(asked)).map((answer) => (answer.ok ? 'ok' : answer.code));
  expect(codes).toEqual(['ok', 'ok', 'ok', 'compute-busy']);
});

test('another organization’s model is not there, also when the process has it', async () => {
  const own = await modelsIn([LINEAR]);
  const models: ModelStore = { has: async (org, hash) => org === 'a' && own.has(org, hash), read: own.read };
  const pool = await open({ models });
  expect((await pool.compute('a', 'compute.onnx', patient)).ok).toBe(true);
  expect(await pool.compute('b', 'compute.onnx', patient)).toMatchObject({ ok: false, code: 'model-missing' });
});

test('what a process has used, as the system says it', async () => {
  const use = await resourcesOf(process.pid);
  expect(use?.cpuSeconds).toBeCloseTo(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6, 0);
  expect(use?.megabytes).toBeGreaterThan(20);
});

/** The child that computes now. */
async function busyChild(): Promise<number> {
  for (let i = 0; i < 500; i++) {
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
    for (const pid of children.map(Number)) {
      if (!pid || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('runtime/compute/child.ts')) continue;
      const before = await resourcesOf(pid);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const after = await resourcesOf(pid);
      if (before && after && after.cpuSeconds > before.cpuSeconds) return pid;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('no child computes');
}
