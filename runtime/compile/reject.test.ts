import { describe, expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { stripTypes } from '#blocks/catalogue/strip-types.ts';
import {
  boolean,
  code,
  columnList,
  columnsFrom,
  defineBlock,
  f64,
  f64s,
  i32,
  jsonState,
  number,
  text,
  z,
} from '#blocks/sdk/index.ts';
import { runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { compileGraph } from './compile.ts';

/** What the compiler refuses, each with its line and its sentence; and what it must not refuse. */

const definition = defineBlock({
  id: 'bad.block',
  version: '1.0.0',
  title: { en: 'x', zh: 'x' },
  summary: { en: 'x', zh: 'x' },
  icon: 'x',
  params: z.object({ high: z.number().default(5) }),
  input: { value: number() },
  output: { y: number(), label: text(), on: boolean() },
  state: { e: f64(), n: i32(), ring: f64s(4), memory: jsonState<{ list: number[] }>({ list: [] }) },
  each: (row) => ({ y: row.value }),
});

const module_ = (body: string, before = '') =>
  stripTypes(`import { defineBlock, isBad, z } from '#blocks/sdk/index.ts';
${before}
export default defineBlock({
  id: 'bad.block',
  each(row, s, p, ctx) {
    ${body}
  },
});
`);
/** The body stands on line 6. */
const BODY_LINE = 6;

async function build(body: string, before = '') {
  const catalogue = testCatalogue([
    testSource('test/source.in', { value: { type: 'number' } }),
    { manifest: manifestOf(definition), params: definition.params, source: { text: module_(body, before), bundled: false } },
  ]);
  return compileGraph(
    {
      format: 1,
      nodes: [
        { id: 's', block: 'test/source.in', version: '1.0.0' },
        { id: 'b', block: 'millwright/bad.block', version: '1.0.0' },
      ],
      wires: [{ from: { node: 's', port: 'out' }, to: { node: 'b', port: 'in' } }],
      outputs: [{ name: 'out', from: { node: 'b', port: 'out' } }],
    },
    { catalogue },
  );
}

describe('refused', () => {
  test.each<[string, string, RegExp, string?]>([
    ['return { y: $sum };', 'code-dollar', /begin with \$ belong to the compiler: '\$sum'/],
    ['const $a = 1; return { y: $a };', 'code-dollar', /'\$a'/],
    ['return { y: Date.now() };', 'code-name', /ctx\.now/],
    ['return { y: performance.now() };', 'code-name', /may not use 'performance'/],
    ['return { y: globalThis.x };', 'code-name', /'globalThis'/],
    ['return { y: process.pid };', 'code-name', /'process'/],
    ['return { y: this.x };', 'code-forbidden', /'this' is not allowed/],
    ['return { y: eval("1") };', 'code-name', /'eval'/],
    ['return { y: new Function("return 1")() };', 'code-name', /'Function'/],
    ['return { y: (() => 0).constructor("return 1")() };', 'code-forbidden', /'\.constructor'/],
    ['return { y: (() => 0)["constructor"]("return 1")() };', 'code-forbidden', /'\.constructor'/],
    ['return { y: ({}).__proto__.x };', 'code-forbidden', /'\.__proto__'/],
    ['const o = { __proto__: null }; return { y: 1 };', 'code-forbidden', /'__proto__'/],
    ['return { y: Math.random() };', 'code-random', /ctx\.random\(\)/],
    ['return { y: Math["random"]() };', 'code-random', /ctx\.random\(\)/],
    ['const m = "random"; return { y: Math[m]() };', 'code-random', /ctx\.random\(\)/],
    ['import("x"); return { y: 1 };', 'code-forbidden', /'import\(\)'/],
    ['var a = 1; return { y: a };', 'code-var', /use let or const/],
    ['const f = async () => 1; return { y: 1 };', 'code-async', /synchronous/],
    ['return { y: row.other };', 'block-not-inlinable', /no column 'other'/],
    ['row.value = 3; return { y: 1 };', 'block-not-inlinable', /cannot be changed/],
    ['row.value++; return { y: 1 };', 'block-not-inlinable', /cannot be changed/],
    ['return { y: row["value"] };', 'block-not-inlinable', /name the member/],
    ['return { z: 1 };', 'block-result', /no column 'z' \(it has y, label, on\)/],
    ['return { y: s.nope };', 'block-not-inlinable', /no field 'nope'/],
    ['const f = s; return { y: f.e };', 'block-not-inlinable', /state object cannot be used as a value/],
    ['const { e } = s; return { y: e };', 'block-not-inlinable', /state object cannot be used as a value/],
    ['s.ring = [1]; return { y: 1 };', 'block-not-inlinable', /write its elements/],
    ['return { y: s["e"] };', 'block-not-inlinable', /name the member/],
    ['return { y: p.nope };', 'block-not-inlinable', /no parameter 'nope'/],
    ['const e = ctx.emit; return { y: 1 };', 'block-not-inlinable', /can only be called/],
    ['help(ctx); return { y: 1 };', 'block-not-inlinable', /cannot be used as a value/, 'const help = (c) => c;'],
    ['ctx.fetch("x"); return { y: 1 };', 'block-not-inlinable', /no 'ctx\.fetch'/],
    ['return { y: help() };', 'code-name', /'fetch'/, 'const help = () => fetch("x");'],
    ['return { y: z.number() };', 'code-import', /comes from '#blocks\/sdk\/index\.ts'/],
    ['return row;', 'block-result', /no column 'y' that this output promises/],
  ])('%s', async (body, code, message, before) => {
    const result = await build(body, before);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.problems[0]).toMatchObject({ code, severity: 'error' });
    expect(result.problems[0]?.message.en).toMatch(message);
    expect(result.problems[0]?.message.zh).toMatch(/[\u4e00-\u9fff]/);
    if (!before?.includes('fetch')) expect(result.problems[0]?.line).toBe(BODY_LINE);
  });
});

describe('what must run', () => {
  const rows = [1, 2, 30].map((value, i) => ({ source: 0, time: 1000 + i, clock: 1000 + i, key: 'k', values: { value } }));
  // expected by reading the body
  test.each<[string, unknown[], string?]>([
    ['for (;;) { if (row.value > 0) break; } return { y: 1 };', [1, 1, 1]],
    ['const f = () => { return { y: 3 }; }; return f();', [3, 3, 3]],
    ['switch (row.key) { case "k": return { y: 1 }; default: return; }', [1, 1, 1]],
    ['[s.e, s.n] = [row.value, s.n + 1]; return { y: s.e * 10 + s.n };', [11, 22, 303]],
    ['({ a: s.e } = { a: row.value + s.e }); return { y: s.e };', [1, 3, 33]],
    ['s.e += row.value; s.n++; return { y: s.n > 1 ? s.e : 0 };', [0, 3, 33]],
    ['for (const i of [0, 1]) { s.ring[i] += row.value; } return { y: s.ring[0] + s.ring.length };', [5, 7, 37]],
    ['return row.value > p.high && { y: row.value };', [30]],
    ['if (row.value > 2) return row.value > 3 ? { y: 2 } : undefined; else return { y: 4 };', [4, 4, 2]],
    ['s.memory.list.push(row.value); return { y: s.memory.list.length };', [1, 2, 3]],
    ['const row2 = { ...row }; return { y: row2.value };', [1, 2, 30]],
    ['const self = 1, $ = undefined; return { y: self };', [], 'x'],
    ['const { value, time } = row; return { y: value + time };', [1001, 1003, 1032]],
    ['return { y: twice(row.value) + K };', [7, 9, 65], 'const K = 5; function twice(x) { return x * 2; }'],
    ['const ok = 1, out = 2, value = 3, k = 4; { const s2 = 5; return { y: ok + out + value + k + s2 }; }', [15, 15, 15]],
    ['return { y: isBad(row.quality) ? 1 : 2 };', [2, 2, 2]],
    ['return { y: Math.max(...[1, 2].map((x) => x * row.value)) };', [2, 4, 60]],
    [
      'outer: for (let i = 0; i < 3; i++) { for (;;) { if (i === 1) return { y: i }; continue outer; } } return { y: 9 };',
      [1, 1, 1],
    ],
    [
      'try { if (row.value === 2) throw new Error("x"); return { y: 1 }; } catch { return { y: 2 }; } finally { s.n++; }',
      [1, 2, 1],
    ],
  ])('%s', async (body, want, before) => {
    if (before === 'x') return expect((await build(body)).ok).toBe(false);
    const result = await build(body, before);
    if (!result.ok) throw new Error(result.problems[0]?.message.en);
    const run = runRows(result.program, rows);
    expect(run.dead).toEqual([]);
    expect(run.outputs.out?.map((r) => r.values.y)).toEqual(want);
  });

  test('an element outside the array is an error of that row, with its line; the neighbour is untouched', async () => {
    const result = await build('\n    s.ring[row.value] = 7; return { y: 1 };');
    if (!result.ok) throw new Error('refused');
    const run = runRows(result.program, rows);
    expect(run.outputs.out).toHaveLength(2);
    expect(run.dead).toEqual([{ node: 'b', key: 'k', row: -1, message: 'index 30 is outside 0..3', line: BODY_LINE + 1 }]);
  });

  test('a row that fails leaves the scalars of its state as they were', async () => {
    const result = await build('s.n += 10; if (row.value === 2) throw new Error("two"); return { y: s.n };');
    if (!result.ok) throw new Error('refused');
    expect(runRows(result.program, rows).outputs.out?.map((r) => r.values.y)).toEqual([10, 20]);
  });

  test('a thrown thing that cannot be read is a dead row all the same', async () => {
    const result = await build('throw { get message() { throw 1; }, toString() { throw 2; } };');
    if (!result.ok) throw new Error('refused');
    expect(runRows(result.program, rows).dead).toHaveLength(3);
  });
});

describe('code parameters', () => {
  const codeBlock = defineBlock({
    id: 'user.code',
    version: '1.0.0',
    title: { en: 'x', zh: 'x' },
    summary: { en: 'x', zh: 'x' },
    icon: 'x',
    params: z.object({ code: code({ title: { en: 'c', zh: 'c' } }), outputs: columnList({ title: { en: 'o', zh: 'o' } }) }),
    input: {},
    output: columnsFrom('outputs'),
    state: { user: jsonState<Record<string, unknown>>({}) },
    each: (row, s, p, ctx) => p.code(row, s.user, ctx),
  });
  const source = {
    text: "import { defineBlock } from '#blocks/sdk/index.ts';\nexport default defineBlock({ each: (row, s, p, ctx) => p.code(row, s.user, ctx) });",
    bundled: false,
  };
  const compile = (text: string) =>
    compileGraph(
      {
        format: 1,
        nodes: [
          { id: 's', block: 'test/source.in', version: '1.0.0' },
          {
            id: 'c',
            block: 'millwright/user.code',
            version: '1.0.0',
            params: { code: text, outputs: [{ name: 'y', type: 'number' }] },
          },
        ],
        wires: [{ from: { node: 's', port: 'out' }, to: { node: 'c', port: 'in' } }],
        outputs: [{ name: 'out', from: { node: 'c', port: 'out' } }],
      },
      {
        catalogue: testCatalogue([
          testSource('test/source.in', { value: { type: 'number' }, note: { type: 'text' } }),
          { manifest: manifestOf(codeBlock), params: codeBlock.params, source },
        ]),
      },
    );
  test.each<[string, string, string, number, RegExp]>([
    ['syntax', 'export default function (row) {\n  return { y: 1 +; };\n}', 'code-syntax', 2, /Syntax error/],
    [
      'types',
      'export default function (row: { value: number }): {\n  y: number }\n{\n  return { y: : 1 };\n}',
      'code-syntax',
      4,
      /Syntax error/,
    ],
    ['unknown name', 'const a = 1;\nexport default function (row) {\n  return { y: fetch(a) };\n}', 'code-name', 3, /'fetch'/],
    [
      'unknown column',
      'export default function (row) {\n  const x = 1;\n  return { y: row.pressure + x };\n}',
      'column-missing',
      3,
      /no column 'pressure' \(it has value, note\)/,
    ],
    [
      'undeclared result',
      'export default (row) => ({\n  z: row.value });',
      'column-undeclared',
      2,
      /'z', which is not among the output columns \(y\)/,
    ],
    ['no default', 'function f() {}', 'code-default', 1, /default function/],
    ['import', 'import fs from "fs";\nexport default () => ({ y: 1 });', 'code-import', 1, /cannot import/],
    ['in a helper that nothing calls', 'const f = () => eval("1");\nexport default () => ({ y: 1 });', 'code-name', 1, /'eval'/],
  ])('%s points at the line', async (_name, text, kind, line, message) => {
    const result = await compile(text);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.problems[0]).toMatchObject({ code: kind, node: 'c', param: 'code', line });
    expect(result.problems[0]?.message.en).toMatch(message);
  });
  test('runs with types, state, helpers and randomness; a failure names the line', async () => {
    const result = await compile(
      'interface Memory { n?: number }\nconst twice = (x: number): number => x * 2;\nexport default function step(row: { value: number; note: string }, memory: Memory, ctx) {\n  memory.n = (memory.n ?? 0) + 1;\n  if (row.note === "bad")\n    throw new Error("bad note");\n  return { y: twice(row.value) + memory.n + (ctx.random() < 2 ? 0 : 1) };\n}\n',
    );
    if (!result.ok) throw new Error(result.problems[0]?.message.en);
    expect(result.program.info.untrusted).toBe(true);
    const rows = ['a', 'bad', 'c'].map((note, i) => ({ source: 0, time: i, clock: i, key: 'k', values: { value: i, note } }));
    const run = runRows(result.program, rows);
    expect(run.outputs.out?.map((r) => r.values.y)).toEqual([1, 7]);
    expect(run.dead).toEqual([{ node: 'c', key: 'k', row: -1, message: 'bad note', line: 6 }]);
  });
});
