import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundleBlock } from '#blocks/catalogue/bundle.ts';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { parseQuality, qualityText } from '#runtime/batch/quality.ts';
import type { ColumnSchema, ColumnType } from '#runtime/batch/schema.ts';
import { buildProgram, checkApp } from '#runtime/compile/compile.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { buildStepInput, type InputRow } from '#runtime/compile/step-input.ts';
import { type GraphDocument, type GraphDocumentInput, graphDocument } from '#runtime/graph/document.ts';
import type { BlockManifest, BlockSource } from '#runtime/graph/manifest.ts';
import type { AlarmCondition, DeadRow, EffectRequest, Program, StepResult } from '#runtime/step/contract.ts';
import type { AnyBlock } from './block.ts';
import { testCatalogue, testSource } from './catalogue.testing.ts';

export { testCatalogue, testSource } from './catalogue.testing.ts';

/**
 * Running a block by itself: rows in, rows out, with the same compiler and step code as the product. Cases are JSON files that a process
 * engineer can write; `testBlock(import.meta.url)` runs them and the checks that every block passes.
 */

/** One row of a case: `time` (ms or ISO text), `key`, the columns, `<column>.quality` as text; `port` where the block has several. `tick: true` only moves the clock. */
export interface CaseRow {
  readonly time?: number | string;
  readonly clock?: number | string;
  readonly key?: string;
  readonly port?: string;
  readonly tick?: boolean;
  readonly answer?: { readonly id?: string; readonly ok: boolean; readonly value?: unknown; readonly reason?: string };
  readonly [column: string]: unknown;
}
export interface BlockCase {
  readonly title: string;
  /** Where the expected values come from: a standard, a closed form, another implementation. */
  readonly source: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Tag roles of the app, for blocks that name one. */
  readonly roles?: GraphDocumentInput['roles'];
  /** Columns of each input beyond or instead of the block's own declaration: type and unit. */
  readonly columns?: Readonly<Record<string, ColumnSchema | Readonly<Record<string, ColumnSchema>>>>;
  readonly input: readonly CaseRow[];
  /** By output port (a single output is `out`); only the fields given are compared. */
  readonly expected?: Readonly<Record<string, readonly CaseRow[]>> | readonly CaseRow[];
  readonly alarms?: readonly Partial<AlarmCondition>[];
  readonly effects?: readonly Partial<EffectRequest>[];
  readonly late?: number;
  readonly dead?: number;
  /** Absolute, or relative for values beyond 1. Default 1e-9. */
  readonly tolerance?: number;
  readonly seed?: number;
}

export interface OutRow {
  readonly time: number;
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly quality: Readonly<Record<string, number>>;
}
export interface RunResult {
  readonly outputs: Readonly<Record<string, readonly OutRow[]>>;
  readonly effects: readonly EffectRequest[];
  readonly alarms: readonly AlarmCondition[];
  readonly dead: readonly DeadRow[];
  readonly late: Readonly<Record<string, number>>;
}

export interface LoadedBlock {
  readonly block: AnyBlock;
  readonly manifest: BlockManifest;
  readonly source?: BlockSource;
}
/** The block beside a test file, or at a path. */
export async function loadBlock(url: string | URL): Promise<LoadedBlock> {
  const file = fileURLToPath(url);
  const path = file.endsWith('block.ts') ? file : join(dirname(file), 'block.ts');
  const { default: block } = (await import(path)) as { default: AnyBlock };
  const manifest = manifestOf(block);
  return manifest.shape === 'source' ? { block, manifest } : { block, manifest, source: await bundleBlock(path) };
}

const EPOCH = Date.UTC(2026, 0, 1);
/** A time of a case: text is ISO; small numbers are ms after 2026-01-01. */
const timeOf = (t: number | string | undefined): number | undefined =>
  t === undefined ? undefined : typeof t === 'string' ? Date.parse(t) : t < 1e11 ? EPOCH + t : t;

const RESERVED = new Set(['time', 'clock', 'key', 'port', 'tick', 'answer']);

interface Prepared {
  readonly program: Program;
  readonly instrumented: Program;
  readonly rows: readonly InputRow[];
  readonly seed: number;
}

/** Faults of a graph that a block by itself always has: nothing guards it here. */
const ALONE = new Set(['write-unguarded', 'guard-input', 'role-write']);

/** Compiles a graph of one block between sources and outputs. */
async function prepare(loaded: LoadedBlock, test: BlockCase): Promise<Prepared> {
  const { manifest, block, source } = loaded;
  const ports = Object.entries(manifest.inputs);
  const used = new Set(test.input.flatMap((r) => (r.tick || r.answer ? [] : [String(r.port ?? ports[0]?.[0] ?? 'in')])));
  const wired = ports.filter(([port]) => used.has(port) || !manifest.optionalInputs.includes(port));
  const sources = wired.map(([port, decl]) => {
    const given = (
      test.columns?.[port] && !isColumn(test.columns[port])
        ? test.columns[port]
        : Object.fromEntries(Object.entries(test.columns ?? {}).filter(([, c]) => isColumn(c)))
    ) as Record<string, ColumnSchema>;
    const own = Object.fromEntries(
      Object.entries(decl.columns).map(([name, c]): [string, ColumnSchema] => [
        name,
        { type: c.type, ...(typeof c.unit === 'string' ? { unit: c.unit } : {}) },
      ]),
    );
    return { port, source: testSource(`test/source.${port}`, { ...own, ...given }, decl.kind) };
  });
  const document: GraphDocument = graphDocument.parse({
    format: 1,
    nodes: [
      ...sources.map(({ port, source: s }) => ({ id: `from_${port}`, block: s.manifest.id, version: '1.0.0' })),
      { id: 'block', block: manifest.id, version: manifest.version, params: test.params ?? {} },
    ],
    wires: sources.map(({ port }) => ({ from: { node: `from_${port}`, port: 'out' }, to: { node: 'block', port } })),
    roles: test.roles ?? [],
    outputs: Object.keys(manifest.outputs).map((port) => ({ name: port, from: { node: 'block', port } })),
  } satisfies GraphDocumentInput);
  const catalogue = testCatalogue([
    ...sources.map((s) => s.source),
    { manifest, params: block.params, ...(source ? { source } : {}) },
  ]);
  const check = checkApp(document, catalogue);
  const problems = check.problems.filter((p) => p.severity === 'error' && !ALONE.has(p.code));
  if (problems.length > 0)
    throw new Error(problems.map((p) => `${p.code}${p.param ? ` (${p.param})` : ''}: ${p.message.en}`).join('\n'));
  const [plain, instrumented] = await Promise.all([
    buildProgram(document, check, { catalogue }),
    buildProgram(document, check, { catalogue, instrumented: true }),
  ]);
  if (!plain.ok || !instrumented.ok)
    throw new Error(
      [...(plain.ok ? [] : plain.problems), ...(instrumented.ok ? [] : instrumented.problems)]
        .map((p) => `${p.code}: ${p.message.en}`)
        .join('\n'),
    );
  const order = plain.program.info.sources.map((s) => s.node.slice('from_'.length));
  let clock = Number.NEGATIVE_INFINITY;
  const rows = test.input.map((r): InputRow => {
    const time = timeOf(r.time);
    const at = timeOf(r.clock) ?? time ?? clock;
    clock = Math.max(clock, at);
    const key = String(r.key ?? 'k');
    if (r.tick) return { clock };
    if (r.answer)
      return {
        clock,
        key,
        answer: {
          node: 'block',
          id: r.answer.id ?? '1',
          ok: r.answer.ok,
          ...(r.answer.value === undefined ? {} : { value: r.answer.value }),
          ...(r.answer.reason === undefined ? {} : { reason: r.answer.reason }),
        },
      };
    const values: Record<string, unknown> = {};
    const quality: Record<string, number> = {};
    for (const [name, value] of Object.entries(r)) {
      if (name.endsWith('.quality')) quality[name.slice(0, -'.quality'.length)] = qualityOf(value);
      else if (!RESERVED.has(name)) values[name] = value;
    }
    return { source: order.indexOf(String(r.port ?? ports[0]?.[0] ?? 'in')), time: time ?? clock, clock, key, values, quality };
  });
  return { program: plain.program, instrumented: instrumented.program, rows, seed: test.seed ?? 1 };
}
const isColumn = (c: unknown): c is ColumnSchema => typeof (c as { type?: unknown } | undefined)?.type === 'string';
const qualityOf = (text: unknown): number => {
  const code = typeof text === 'number' ? text : parseQuality(String(text));
  if (code === undefined) throw new Error(`'${String(text)}' is not a quality`);
  return code;
};

/** Runs the rows, cut into steps of the given sizes (the last size repeats); state goes through bytes before the step `restoreAt`. */
export function runRows(
  program: Program,
  rows: readonly InputRow[],
  options: { readonly sizes?: readonly number[]; readonly restoreAt?: number; readonly seed?: number } = {},
): RunResult {
  const seed = options.seed ?? 1;
  let stepper = createLocalStepper(program, { seed });
  const parts: StepResult[] = [];
  let at = 0;
  for (let i = 0; at < rows.length; i++) {
    const size = Math.max(1, options.sizes?.[Math.min(i, options.sizes.length - 1)] ?? rows.length);
    if (options.restoreAt === i) {
      const state = stepper.saveNow();
      stepper = createLocalStepper(program, { seed });
      stepper.loadNow(state);
    }
    parts.push(stepper.stepNow(buildStepInput(program.info, rows.slice(at, at + size))));
    at += size;
  }
  return collect(program, parts);
}

function collect(program: Program, parts: readonly StepResult[]): RunResult {
  const outputs: Record<string, OutRow[]> = Object.fromEntries(program.info.outputs.map((o) => [o.name, []]));
  const late: Record<string, number> = {};
  for (const part of parts) {
    for (const o of part.outputs) {
      const { name, schema } = program.info.outputs[o.output] ?? { name: '', schema: { kind: 'stream' as const, columns: {} } };
      const columns = Object.entries(schema.columns);
      for (let i = 0; i < o.n; i++) {
        const value = (j: number, type: ColumnType) => {
          const v = o.columns[j]?.[i];
          return type === 'boolean' && schema.kind === 'stream' ? v === 1 : v;
        };
        outputs[name]?.push({
          time: o.time[i] ?? Number.NaN,
          key: o.key[i] ?? '',
          values: Object.fromEntries(columns.map(([c, s], j) => [c, value(j, s.type)])),
          quality: Object.fromEntries(columns.map(([c], j) => [c, o.quality[j]?.[i] ?? 0])),
        });
      }
    }
    for (const [node, n] of Object.entries(part.late)) late[node] = (late[node] ?? 0) + n;
  }
  // rows are numbered per step, so a result of several steps has none
  const strip = <T extends { readonly row: number }>(list: readonly T[]): T[] => list.map((x) => ({ ...x, row: -1 }));
  return {
    outputs,
    effects: parts.flatMap((p) => strip(p.effects)),
    alarms: parts.flatMap((p) => strip(p.alarms)),
    dead: parts.flatMap((p) => strip(p.dead)),
    late: Object.fromEntries(Object.entries(late).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** One case, once. */
export async function runBlock(url: string | URL, test: BlockCase): Promise<RunResult> {
  const prepared = await prepare(await loadBlock(url), test);
  return runRows(prepared.program, prepared.rows, { seed: prepared.seed });
}

const close = (got: unknown, want: unknown, tolerance: number): boolean => {
  if (typeof want === 'number' && typeof got === 'number')
    return Object.is(got, want) || Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want));
  if (Array.isArray(want) && got !== null && typeof got === 'object' && 'length' in got) {
    const list = Array.from(got as ArrayLike<unknown>);
    return list.length === want.length && want.every((w, i) => close(list[i], w, tolerance));
  }
  if (want !== null && typeof want === 'object' && got !== null && typeof got === 'object')
    return Object.entries(want).every(([k, w]) => close((got as Record<string, unknown>)[k], w, tolerance));
  return got === want;
};

function compareRows(port: string, got: readonly OutRow[], want: readonly CaseRow[], tolerance: number): void {
  const shown = got.map((r) => ({ time: r.time, key: r.key, ...r.values }));
  expect(got.length, `rows of '${port}': ${JSON.stringify(shown.slice(0, 20))}`).toBe(want.length);
  for (const [i, w] of want.entries()) {
    const g = got[i] as OutRow;
    const time = timeOf(w.time);
    if (time !== undefined) expect(g.time, `${port}[${i}].time`).toBe(time);
    if (w.key !== undefined) expect(g.key, `${port}[${i}].key`).toBe(w.key);
    for (const [name, value] of Object.entries(w)) {
      if (RESERVED.has(name) && !Object.hasOwn(g.values, name)) continue;
      if (name === 'time' || name === 'key') continue;
      if (name.endsWith('.quality'))
        expect(qualityText(g.quality[name.slice(0, -'.quality'.length)] ?? -1), `${port}[${i}].${name}`).toBe(
          qualityText(qualityOf(value)),
        );
      else
        expect(
          close(g.values[name], value, tolerance),
          `${port}[${i}].${name}: got ${JSON.stringify(g.values[name])}, expected ${JSON.stringify(value)}`,
        ).toBe(true);
    }
  }
}

/** Numbers to the bit, arrays by element. */
export const exactly = (result: RunResult): string =>
  JSON.stringify(result, (key, v: unknown) => {
    if (key === 'line') return undefined; // told for the first failures of a step only
    if (typeof v === 'number') return Object.is(v, -0) ? '-0' : Number.isFinite(v) ? v : String(v);
    return ArrayBuffer.isView(v)
      ? { type: v.constructor.name, values: Array.from(v as unknown as ArrayLike<number>, (x) => String(x)) }
      : v;
  });

/** Registers the tests of the block beside the calling file: its cases, and what every block must hold. */
export function testBlock(url: string | URL, extra: readonly BlockCase[] = []): void {
  const folder = dirname(fileURLToPath(url));
  const files = readdirSync(folder, { withFileTypes: true }).some((e) => e.name === 'cases')
    ? readdirSync(join(folder, 'cases'))
        .filter((f) => f.endsWith('.json'))
        .sort()
    : [];
  const cases: BlockCase[] = [
    ...files.flatMap((f) => [JSON.parse(readFileSync(join(folder, 'cases', f), 'utf8')) as BlockCase | BlockCase[]].flat()),
    ...extra,
  ];
  describe(folder.split('/').slice(-2).join('.'), () => {
    it.each(cases.map((c) => [c.title, c] as const))('%s', async (_title, test) => {
      const { program, rows, seed } = await prepare(await loadBlock(url), test);
      const result = runRows(program, rows, { seed });
      const tolerance = test.tolerance ?? 1e-9;
      if ((test.dead ?? 0) !== result.dead.length) expect(result.dead).toHaveLength(test.dead ?? 0);
      if (test.expected) {
        const expected = (Array.isArray(test.expected) ? { out: test.expected } : test.expected) as Readonly<
          Record<string, readonly CaseRow[]>
        >;
        for (const [port, want] of Object.entries(expected)) compareRows(port, result.outputs[port] ?? [], want, tolerance);
      }
      for (const kind of ['alarms', 'effects'] as const) {
        const want = test[kind];
        if (!want) continue;
        expect(result[kind], kind).toHaveLength(want.length);
        want.forEach((w, i) => {
          const { time, ...rest } = w;
          if (time !== undefined) expect(result[kind][i]?.time, `${kind}[${i}].time`).toBe(timeOf(time));
          expect(close(result[kind][i], rest, tolerance), `${kind}[${i}]: ${JSON.stringify(result[kind][i])}`).toBe(true);
        });
      }
      if (test.late !== undefined) expect(result.late.block ?? 0).toBe(test.late);
    });
    describe.each(cases.map((c) => [c.title, c] as const))('%s: however it is run', (_title, test) => {
      it('gives the same when run again, cut anywhere, restored anywhere, and watched', async () => {
        const { program, instrumented, rows, seed } = await prepare(await loadBlock(url), test);
        const want = exactly(runRows(program, rows, { seed }));
        expect(exactly(runRows(program, rows, { seed })), 'again').toBe(want);
        expect(exactly(runRows(program, rows, { seed, sizes: [1] })), 'row by row').toBe(want);
        expect(exactly(runRows(instrumented, rows, { seed, sizes: [3, 1, 4, 1, 5, 2] })), 'watched').toBe(want);
        const cuts = Math.min(rows.length - 1, 40);
        for (let c = 1; c <= cuts; c++) {
          const first = Math.max(1, Math.round((c * rows.length) / (cuts + 1)));
          expect(exactly(runRows(program, rows, { seed, sizes: [first, 7], restoreAt: 1 })), `restored after ${first} rows`).toBe(
            want,
          );
        }
      });
      it('never makes good values of bad ones', async () => {
        const loaded = await loadBlock(url);
        const { delays } = loaded.manifest;
        const { program, rows, seed } = await prepare(loaded, test);
        // an answer is no value made of the rows, and neither is the first value of a delay
        const bad = rows
          .filter((r) => !r.answer)
          .map((r) => (r.values ? { ...r, quality: Object.fromEntries(Object.keys(r.values).map((c) => [c, 128])) } : r));
        const begun = new Set<string>();
        const result = runRows(program, bad, { seed });
        for (const [port, list] of Object.entries(result.outputs))
          for (const r of list) {
            if (delays && !begun.has(r.key)) {
              begun.add(r.key);
              continue;
            }
            for (const [c, q] of Object.entries(r.quality)) expect(q, `${port}.${c} at ${r.time}`).toBeGreaterThanOrEqual(128);
          }
      });
    });
  });
}
