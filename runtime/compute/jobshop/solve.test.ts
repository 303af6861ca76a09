import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type JobshopAnswer, jobshopRequest } from '../requests.ts';
import { lowerBound } from './bound.ts';
import { readInstance } from './instance.ts';
import { solveJobshop } from './solve.ts';

type Operation = { job: string; step: number; machine: string; duration: number; release?: number; due?: number; start?: number };

/** Fisher & Thompson 1963, the 6 x 6 instance: pairs "machine duration" of each job. Printed in every textbook of scheduling; optimum 55. */
const FT06 = `2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1`;
const operationsOf = (text: string): Operation[] =>
  text
    .trim()
    .split('\n')
    .flatMap((line, job) => {
      const numbers = line.trim().split(/\s+/).map(Number);
      return Array.from({ length: numbers.length / 2 }, (_, k) => ({
        job: `J${job + 1}`,
        step: k + 1,
        machine: `M${numbers[2 * k]}`,
        duration: numbers[2 * k + 1] ?? 0,
      }));
    });
const solve = (operations: readonly Operation[], more: object = {}) =>
  solveJobshop(jobshopRequest.parse({ operations, timeLimit: 2, ...more }));

/** Every operation once, as long as it takes, in the order of its job, one at a time on a machine. */
function checkFeasible(operations: readonly Operation[], { operations: plan }: JobshopAnswer, pauses = 0): void {
  expect(plan).toHaveLength(operations.length);
  for (const [i, o] of operations.entries()) {
    const p = plan[i];
    expect(p).toMatchObject({ job: o.job, step: o.step, machine: o.machine });
    if (pauses === 0) expect((p?.end ?? 0) - (p?.start ?? 0)).toBeCloseTo(o.duration, 9);
  }
  for (const by of ['job', 'machine'] as const)
    for (const list of Map.groupBy(plan, (p) => p[by]).values()) {
      const order = [...list].sort((a, b) => a.start - b.start || a.end - b.end);
      for (let k = 1; k < order.length; k++) expect(order[k]?.start).toBeGreaterThanOrEqual((order[k - 1]?.end ?? 0) - 1e-9);
      if (by === 'job') expect(order.map((p) => p.step)).toEqual(order.map((p) => p.step).sort((a, b) => a - b));
    }
}

describe('published instances', () => {
  test('ft06: the optimum 55 is found and proved; bound of the tables, machine with heads and tails: 52', {
    timeout: 60_000,
  }, async () => {
    const operations = operationsOf(FT06);
    expect(lowerBound(readInstance(jobshopRequest.parse({ operations })), 'makespan')).toBe(52);
    const answer = await solve(operations);
    expect(answer).toMatchObject({ status: 'optimal', objective: 55, bound: 55 });
    checkFeasible(operations, answer);
  });

  const folder = fileURLToPath(new URL('../../../../shared/data/scheduling/jobshop/', import.meta.url));
  const published: [string, number, number][] = [
    ['Lawrence1984/la01', 666, 1],
    ['Lawrence1984/la06', 926, 1],
    ['Lawrence1984/la16', 945, 2],
    ['FisherThompson1963/ft10', 930, 3],
  ];
  for (const [name, best, timeLimit] of published) {
    const file = `${folder}${name}.txt`;
    test.skipIf(!existsSync(file))(`${name}: best known makespan ${best}`, { timeout: 60_000 }, async () => {
      const operations = operationsOf(readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
      const answer = await solve(operations, { timeLimit, seed: 2 });
      expect(answer.objective).toBe(best);
      expect(answer.bound).toBeLessThanOrEqual(best);
      expect(answer.status).toBe(answer.bound === best ? 'optimal' : 'timeout');
      checkFeasible(operations, answer);
    });
  }
});

describe('what a plant adds', () => {
  const two: Operation[] = [
    { job: 'A', step: 1, machine: 'saw', duration: 60 },
    { job: 'A', step: 2, machine: 'lathe', duration: 90 },
    { job: 'B', step: 1, machine: 'saw', duration: 30 },
    { job: 'B', step: 2, machine: 'lathe', duration: 30 },
  ];
  test('whichever job goes first, 180 min', async () => {
    // B 0-30 saw, 30-60 lathe; A 30-90 saw, 90-180 lathe = 180. A first: saw 0-60, lathe 60-150, B saw 60-90, lathe 150-180 = 180
    expect((await solve(two)).objective).toBe(180);
  });
  test('an operation pauses while its machine does not work', { timeout: 30_000 }, async () => {
    const answer = await solve(two, { breaks: [{ machine: 'lathe', from: 120, to: 150 }], timeLimit: 0.1 });
    expect(answer.objective).toBe(210);
    checkFeasible(two, answer, 1);
  });
  test('a plan with two shifts: work waits for the morning', async () => {
    const answer = await solve([{ job: 'A', step: 1, machine: 'saw', duration: 100 }], {
      breaks: [
        { machine: 'saw', from: 0, to: 30 },
        { machine: 'saw', from: 80, to: 200 },
      ],
    });
    expect(answer.operations[0]).toMatchObject({ start: 30, end: 250 });
  });
  test('tardiness: the job that is due first goes first, weighted', async () => {
    const jobs: Operation[] = [
      { job: 'late', step: 1, machine: 'saw', duration: 40, due: 100 },
      { job: 'soon', step: 1, machine: 'saw', duration: 30, due: 30 },
      { job: 'later', step: 1, machine: 'saw', duration: 20, due: 90 },
    ];
    const answer = await solve(jobs, { objective: 'tardiness' });
    expect(answer).toMatchObject({ status: 'optimal', objective: 0 });
  });
  test('the frozen zone stays as it is, the rest is planned around it', async () => {
    const kept = [{ ...two[0], start: 10 }, { ...two[1] }, { ...two[2] }, { ...two[3] }] as Operation[];
    const answer = await solve(kept, { frozen: 20 });
    expect(answer.operations[0]).toMatchObject({ start: 10, end: 70 });
    expect(answer.operations[2]?.start).toBeGreaterThanOrEqual(70);
    checkFeasible(kept, answer);
  });
  test('nothing begins before its release', async () => {
    const answer = await solve([{ job: 'A', step: 1, machine: 'saw', duration: 5, release: 12 }]);
    expect(answer.operations[0]).toMatchObject({ start: 12, end: 17 });
  });
  test('two operations with one number are refused by name', async () => {
    await expect(solve([...two, { job: 'A', step: 2, machine: 'saw', duration: 1 }])).rejects.toThrow(
      "Job 'A' has two operations 2",
    );
  });
  test('the same request, the same plan', { timeout: 30_000 }, async () => {
    const operations = operationsOf(FT06);
    expect(await solve(operations, { breaks: [{ machine: 'M0', from: 5, to: 9 }], timeLimit: 0.1 })).toEqual(
      await solve(operations, { breaks: [{ machine: 'M0', from: 5, to: 9 }], timeLimit: 0.1 }),
    );
  });
});
