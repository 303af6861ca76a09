import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleBlock } from '#blocks/catalogue/bundle.ts';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { parseQuality } from '#runtime/batch/quality.ts';
import type { ColumnSchema, ColumnType } from '#runtime/batch/schema.ts';
import { buildProgram, checkApp } from '#runtime/compile/compile.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { buildStepInput, type InputRow } from '#runtime/compile/step-input.ts';
import { isComputeKind } from '#runtime/compute/requests.ts';
import { type GraphDocument, type GraphDocumentInput, graphDocument } from '#runtime/graph/document.ts';
import type { BlockManifest, BlockSource } from '#runtime/graph/manifest.ts';
import type { AlarmCondition, DeadRow, EffectRequest, Program, StepResult } from '#runtime/step/contract.ts';
import type { AnyBlock } from './block.ts';
import type { BlockCase } from './case-format.testing.ts';
import { testCatalogue, testSource } from './catalogue.testing.ts';

/** Running a block by itself: rows in, rows out, with the same compiler and step code as the product. */

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
  /** By node: rows that reached it, and rows that it failed on. */
  readonly counts: Readonly<Record<string, readonly [rows: number, failed: number]>>;
}

/** The rows with the answers of the host behind those that ask for a computation. */
async function computed(program: Program, rows: readonly InputRow[], folder: string, seed: number): Promise<InputRow[]> {
  // loads ONNX Runtime and HiGHS: only for cases that ask for them
  const { computeHere } = await import('#runtime/compute/compute.ts');
  const stepper = createLocalStepper(program, { seed });
  const models = new Map(
    readdirSync(join(folder, 'cases'))
      .filter((file) => file.endsWith('.onnx'))
      .map((file) => readFileSync(join(folder, 'cases', file)))
      .map((bytes) => [createHash('sha256').update(bytes).digest('hex'), bytes]),
  );
  const given: InputRow[] = [];
  for (const row of rows) {
    const open = [row];
    for (let next = open.shift(); next; next = open.shift()) {
      given.push(next);
      for (const effect of stepper.stepNow(buildStepInput(program.info, [next])).effects) {
        if (!isComputeKind(effect.kind)) continue;
        const told = await computeHere(effect.kind, effect.request, async (hash) => models.get(hash));
        const answer = { node: effect.node, id: String(given.length), ok: told.ok };
        const clock = next.clock ?? next.time ?? 0;
        open.push({
          clock,
          key: effect.key,
          answer: told.ok ? { ...answer, value: told.value } : { ...answer, reason: told.code },
        });
      }
    }
  }
  return given;
}

export interface LoadedBlock {
  /** Where it stands. */
  readonly folder: string;
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
  const loaded = { folder: dirname(path), block, manifest };
  return manifest.shape === 'source' ? loaded : { ...loaded, source: await bundleBlock(path) };
}

const EPOCH = Date.UTC(2026, 0, 1);
/** A time of a case: text is ISO; small numbers are ms after 2026-01-01. */
export const timeOf = (t: number | string | undefined): number | undefined =>
  t === undefined ? undefined : typeof t === 'string' ? Date.parse(t) : t < 1e11 ? EPOCH + t : t;

export const RESERVED = new Set(['time', 'clock', 'key', 'port', 'tick', 'answer']);

interface Prepared {
  readonly program: Program;
  readonly instrumented: Program;
  readonly rows: readonly InputRow[];
  readonly seed: number;
}

/** Faults of a graph that a block by itself always has: nothing guards it here. */
const ALONE = new Set(['write-unguarded', 'guard-input', 'role-write']);

/** Compiles a graph of one block between sources and outputs. */
export async function prepare(loaded: LoadedBlock, test: BlockCase): Promise<Prepared> {
  const { folder, manifest, block, source } = loaded;
  const ports = Object.entries(manifest.inputs);
  const used = new Set(test.input.flatMap((r) => (r.tick || r.answer ? [] : [String(r.port ?? ports[0]?.[0] ?? 'in')])));
  const wired = ports.filter(([port]) => used.has(port) || !manifest.optionalInputs.includes(port));
  const sources = wired.map(([port, decl]) => {
    const given = (
      test.columns?.[port] && !isColumn(test.columns[port])
        ? test.columns[port]
        : Object.fromEntries(Object.entries(test.columns ?? {}).filter(([, c]) => isColumn(c)))
    ) as Record<string, ColumnSchema>;
    const named = decl.listed === undefined ? undefined : test.params?.[decl.listed];
    const own = Object.fromEntries([
      ...(Array.isArray(named) ? named : []).map((name): [string, ColumnSchema] => [String(name), { type: 'number' }]),
      // an optional column that no row of the case has is not on the wire
      ...Object.entries(decl.columns)
        .filter(([name, c]) => !c.optional || test.input.some((row) => hasColumn(row, name)))
        .map(([name, c]): [string, ColumnSchema] => [
          name,
          { type: c.type, ...(typeof c.unit === 'string' ? { unit: c.unit } : {}) },
        ]),
    ]);
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
    // of a frame with a column `time`: its times; the frame's own time is the newest
    const given: unknown = r.time;
    const times = Array.isArray(given) ? given.map((t: number | string) => timeOf(t) ?? Number.NaN) : undefined;
    const time = times ? Math.max(...times) : timeOf(r.time);
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
    const values: Record<string, unknown> = times ? { time: times } : {};
    const quality: Record<string, number> = {};
    for (const [name, value] of Object.entries(r)) {
      if (name.endsWith('.quality')) quality[name.slice(0, -'.quality'.length)] = qualityOf(value);
      else if (!RESERVED.has(name)) values[name] = value;
    }
    return { source: order.indexOf(String(r.port ?? ports[0]?.[0] ?? 'in')), time: time ?? clock, clock, key, values, quality };
  });
  const whole = test.compute ? await computed(plain.program, rows, folder, test.seed ?? 1) : rows;
  return { program: plain.program, instrumented: instrumented.program, rows: whole, seed: test.seed ?? 1 };
}
const hasColumn = (row: BlockCase['input'][number], name: string) =>
  Object.hasOwn(row, name) && (!RESERVED.has(name) || Array.isArray(row[name]));
const isColumn = (c: unknown): c is ColumnSchema => typeof (c as { type?: unknown } | undefined)?.type === 'string';
export const qualityOf = (text: unknown): number => {
  const code = typeof text === 'number' ? text : parseQuality(String(text));
  if (code === undefined) throw new Error(`'${String(text)}' is not a quality`);
  return code;
};

/** Runs the rows, cut into steps of the given sizes (the last size repeats); state goes through bytes before the step `restoreAt`. */
export function runRows(
  program: Program,
  rows: readonly InputRow[],
  options: { readonly sizes?: readonly number[]; readonly restoreAt?: number | readonly number[]; readonly seed?: number } = {},
): RunResult {
  const seed = options.seed ?? 1;
  const restores = new Set([options.restoreAt ?? -1].flat());
  let stepper = createLocalStepper(program, { seed });
  const parts: StepResult[] = [];
  let at = 0;
  for (let i = 0; at < rows.length; i++) {
    const size = Math.max(1, options.sizes?.[Math.min(i, options.sizes.length - 1)] ?? rows.length);
    if (restores.has(i)) {
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
  const counts = program.info.nodes.map((node, i) => {
    const sum = (of: 'rows' | 'failed') => parts.reduce((n, part) => n + (part.nodes?.[of][i] ?? 0), 0);
    return [node, [sum('rows'), sum('failed')]] as const;
  });
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
    counts: Object.fromEntries(counts),
  };
}

/** One case, once. */
export async function runBlock(url: string | URL, test: BlockCase): Promise<RunResult> {
  const prepared = await prepare(await loadBlock(url), test);
  return runRows(prepared.program, prepared.rows, { seed: prepared.seed });
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
