import { type Node, parse } from 'acorn';
import { expect, test } from 'vitest';
import { runRows } from '#blocks/sdk/testing.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { Program } from '#runtime/step/contract.ts';
import { compileGraph } from './compile.ts';
import { compile, document, fixtures, row } from './short-graph.testing.ts';

/** Nodes that do the same share their text; what they are told apart by stays each node's own. */

/** For each of many signals: average, times its own number, a limit with a timer behind it, a formula. */
const wide = (n: number): GraphDocumentInput => {
  const all = Array.from({ length: n }, (_, i) => i);
  return document(
    Object.fromEntries(
      all.flatMap((i): [string, [string, Record<string, unknown>?]][] => [
        [`s${i}`, ['test/source.value']],
        [`a${i}`, ['fixture.average']],
        [`x${i}`, ['fixture.scale', { gain: i + 0.5, offset: 0 }]],
        [`w${i}`, ['fixture.idle']],
        [`f${i}`, ['fixture.filter', { keep: `value > ${i}` }]],
      ]),
    ),
    all.flatMap((i) => [`s${i}.out>a${i}.in`, `a${i}.out>x${i}.in`, `x${i}.out>w${i}.in`, `x${i}.out>f${i}.in`]),
    all.flatMap((i) => [`x${i}=x${i}.out`, `w${i}=w${i}.out`, `f${i}=f${i}.out`]),
  );
};

/** Run once a key, once a start. */
const ONCE = new Set(['$key', '$grow', '$load']);
/** Lengths of all functions of a program, as V8 compiles them: without those inside. */
function functionLengths({ text }: Program): number[] {
  const lengths: number[] = [];
  const visit = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, child) => sum + visit(child), 0);
    if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return 0;
    const inside = Object.values(value).reduce((sum: number, child) => sum + visit(child), 0);
    const { type, start, end } = value as Node;
    if (!/Function/.test(type)) return inside;
    const name = (value as { id?: { name?: string } | null }).id?.name ?? '';
    if (!ONCE.has(name)) lengths.push(end - start - inside);
    return end - start;
  };
  visit(parse(`(${text})`, { ecmaVersion: 'latest' }));
  return lengths;
}

test('a step of three times as many signals has no more functions to compile, and no longer ones', async () => {
  // the longest is the program itself, which sets everything up
  const hot = (program: Program) =>
    functionLengths(program)
      .sort((a, b) => b - a)
      .slice(1);
  const [few, many] = [hot(await compile(wide(20))), hot(await compile(wide(60)))];
  expect(many.length).toBe(few.length);
  // numbers of nodes have more digits
  expect(many[0] ?? 0).toBeLessThan((few[0] ?? 0) * 1.1);
});

test('each node keeps its own numbers, state and formula, and fails in its own name', async () => {
  const graph = wide(6);
  const rows = Array.from({ length: 120 }, (_, i) => row(i * 10, (i * 7) % 23, { source: i % 6, key: `k${i % 3}` }));
  const [shared, apart] = await Promise.all(
    [2, Number.POSITIVE_INFINITY].map(async (share) => {
      const made = await compileGraph(graph, { catalogue: fixtures, share });
      if (!made.ok) throw new Error(made.problems[0]?.message.en);
      return made.program;
    }),
  );
  if (!shared || !apart) throw new Error('no programs');
  expect(shared.text).toContain('$same0');
  expect(apart.text).not.toContain('$same0');
  expect(runRows(shared, rows)).toEqual(runRows(apart, rows));
  expect(runRows(shared, rows).outputs.x5?.[0]?.values.value).toBe(5.5 * ((5 * 7) % 23));

  // what is above 30 is too much for this block
  const five = Array.from({ length: 5 }, (_, i) => i);
  const asking = document(
    Object.fromEntries(
      five.flatMap((i): [string, [string]][] => [
        [`s${i}`, ['test/source.value']],
        [`ask${i}`, ['fixture.ask']],
      ]),
    ),
    five.map((i) => `s${i}.out>ask${i}.in`),
    ['out=ask0.out'],
  );
  const result = runRows(
    await compile(asking),
    five.map((i) => row(i, i % 2 === 0 ? 31 : 21, { source: i })),
  );
  expect(result.dead.map((d) => [d.node, d.line])).toEqual([0, 2, 4].map((i) => [`ask${i}`, 21]));
  expect(result.alarms.map((a) => [a.node, a.value])).toEqual([1, 3].map((i) => [`ask${i}`, 21]));
  expect(result.effects.map((e) => e.node)).toEqual(five.map((i) => `ask${i}`));
});
