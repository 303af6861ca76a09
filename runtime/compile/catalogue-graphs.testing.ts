import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { type BlockCase, readCases } from '#blocks/sdk/case-format.testing.ts';
import { qualityOf, RESERVED, timeOf } from '#blocks/sdk/run-case.testing.ts';
import { testSource } from '#blocks/sdk/testing.ts';
import type { ColumnSchema, WireSchema } from '#runtime/batch/schema.ts';
import { type GraphDocumentInput, graphDocument } from '#runtime/graph/document.ts';
import type { BlockManifest, ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { checkApp } from './compile.ts';
import type { InputRow } from './step-input.ts';

/**
 * Random graphs of the product's own blocks, with parameters as their cases have them. A block is wired to what there is already where that
 * fits; else it gets sources of its own, with the rows of its case.
 */
type Node = GraphDocumentInput['nodes'][number];
type Wire = GraphDocumentInput['wires'][number];
type Role = NonNullable<GraphDocumentInput['roles']>[number];
type Source = ReturnType<typeof testSource>;
interface Stream {
  readonly node: string;
  readonly port: string;
  readonly schema: WireSchema;
}
/** A node to be added, with the sources made for it. */
interface Piece {
  readonly node: Node;
  readonly wires: readonly Wire[];
  readonly sources: readonly (readonly [node: string, source: Source, rows: readonly InputRow[]])[];
}
export interface CatalogueGraph {
  readonly document: GraphDocumentInput;
  readonly catalogue: ProgramCatalogue;
  /** In log order; `source` is an index into `sources`. */
  readonly rows: readonly InputRow[];
  readonly sources: readonly string[];
  readonly used: readonly string[];
  /** Every state is per key: how keys are mingled is nobody's business. */
  readonly keyed: boolean;
}

const EPOCH = Date.UTC(2026, 0, 1);
const MOST_ROWS = 60;
/** What a graph of tests always lacks: somebody who guards a write. */
const LACKING = new Set(['write-unguarded', 'guard-input', 'role-write']);
const PLANT: Readonly<Record<string, ColumnSchema>> = {
  value: { type: 'number' },
  temperature: { type: 'number', unit: 'Cel' },
  pressure: { type: 'number', unit: 'bar' },
  speed: { type: 'number', unit: '/min' },
  tag: { type: 'text' },
  flag: { type: 'boolean' },
};

/** Blocks that compute by themselves, and have cases to take parameters from. What a host computes is tried with its host. */
export function ownBlocks(): { readonly manifest: BlockManifest; readonly cases: readonly BlockCase[] }[] {
  const catalogue = loadCatalogue();
  return catalogue.ids().flatMap((id) => {
    const manifest = catalogue.block(id, catalogue.versions(id)[0] ?? '')?.manifest;
    if (!manifest || manifest.shape === 'source' || manifest.capabilities.some((c) => /^(model|compute)/.test(c))) return [];
    const [group = '', name = ''] = id.replace('millwright/', '').split('.');
    const cases = readCases(fileURLToPath(new URL(`../../blocks/${group}/${name}`, import.meta.url)));
    return cases.length === 0 || cases.some((c) => 'compute' in c) ? [] : [{ manifest, cases }];
  });
}

/** Rows of a case for one port, or for no port: its ticks and answers. */
function rowsOf(test: BlockCase, ports: readonly string[], port: string | undefined, node: string): InputRow[] {
  let clock = Number.NEGATIVE_INFINITY;
  return test.input.slice(0, MOST_ROWS).flatMap((r): InputRow[] => {
    const given: unknown = r.time;
    const times = Array.isArray(given) ? given.map((t: number | string) => timeOf(t) ?? Number.NaN) : undefined;
    const time = times ? Math.max(...times) : timeOf(r.time);
    clock = Math.max(clock, timeOf(r.clock) ?? time ?? clock);
    const key = String(r.key ?? 'k');
    if (r.tick || r.answer) {
      if (port !== undefined) return [];
      return r.answer ? [{ clock, key, answer: { ...r.answer, node, id: r.answer.id ?? '1' } }] : [{ clock }];
    }
    if (port === undefined || String(r.port ?? ports[0] ?? 'in') !== port) return [];
    const values: Record<string, unknown> = times ? { time: times } : {};
    const quality: Record<string, number> = {};
    for (const [name, value] of Object.entries(r)) {
      if (name.endsWith('.quality')) quality[name.slice(0, -'.quality'.length)] = qualityOf(value);
      else if (!RESERVED.has(name)) values[name] = value;
    }
    return [{ clock, time: time ?? clock, key, values, quality }];
  });
}

const isColumn = (c: unknown): c is ColumnSchema => typeof (c as { type?: unknown } | undefined)?.type === 'string';

/** Columns of a source made for a port, as the case's rows have them. */
function columnsOf(manifest: BlockManifest, port: string, test: BlockCase): Record<string, ColumnSchema> {
  const decl = manifest.inputs[port];
  const of = test.columns?.[port];
  const given = of && !isColumn(of) ? of : Object.fromEntries(Object.entries(test.columns ?? {}).filter(([, c]) => isColumn(c)));
  const named = decl?.listed === undefined ? undefined : test.params?.[decl.listed];
  const has = (name: string) => test.input.some((r) => Object.hasOwn(r, name) && (!RESERVED.has(name) || Array.isArray(r[name])));
  return {
    ...Object.fromEntries((Array.isArray(named) ? named : []).map((name) => [String(name), { type: 'number' as const }])),
    ...Object.fromEntries(
      Object.entries(decl?.columns ?? {})
        .filter(([name, c]) => !c.optional || has(name))
        .map(([name, c]) => [name, { type: c.type, ...(typeof c.unit === 'string' ? { unit: c.unit } : {}) }]),
    ),
    ...(given as Record<string, ColumnSchema>),
  };
}

export class GraphMaker {
  readonly #product = loadCatalogue();
  readonly blocks = ownBlocks();

  /** `wanted` blocks come first; then any, up to `size` nodes. */
  make(random: () => number, size: number, wanted: readonly string[]): CatalogueGraph {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const nodes: Node[] = [];
    const wires: Wire[] = [];
    const roles: Role[] = [];
    const sources = new Map<string, Source>();
    const rows: InputRow[][] = [];
    const order: string[] = [];
    const streams: Stream[] = [];
    const used: string[] = [];
    const catalogue: ProgramCatalogue = {
      ...this.#product,
      block: (id, version) => sources.get(id) ?? this.#product.block(id, version),
      versions: (id) => (sources.has(id) ? ['1.0.0'] : this.#product.versions(id)),
    };
    const addSource = (node: string, source: Source, of: readonly InputRow[]) => {
      sources.set(source.manifest.id, source);
      nodes.push({ id: node, block: source.manifest.id, version: '1.0.0' });
      rows.push(of.map((row) => (row.values ? { ...row, source: order.length } : row)));
      order.push(node);
      streams.push({ node, port: 'out', schema: source.manifest.outputs.out as WireSchema });
    };
    for (const name of ['plant', 'line']) addSource(name, testSource(`test/source.${name}`, PLANT), plantRows(random, 150));

    /** A block on what there is, or on sources of its own; undefined where the check refuses both. */
    const add = (id: string): boolean => {
      const block = this.blocks.find((b) => b.manifest.id === id);
      if (!block) return false;
      const { manifest } = block;
      const test = pick(block.cases);
      const needed = (test.roles ?? []).filter((r) => !roles.some((known) => JSON.stringify(known) === JSON.stringify(r)));
      if (needed.some((r) => roles.some((known) => known.name === r.name))) return false;
      const name = `${id.slice('millwright/'.length).replace(/\W/g, '_')}_${nodes.length}`;
      for (const alone of random() < 0.7 ? [false, true] : [true]) {
        const piece = this.#piece(block.manifest, test, name, alone ? [] : streams, random);
        const document = graphDocument.parse({
          ...{ format: 1, roles: [...roles, ...needed], wires: [...wires, ...piece.wires] },
          nodes: [...nodes, ...piece.sources.map(([at, s]) => ({ id: at, block: s.manifest.id, version: '1.0.0' })), piece.node],
        });
        for (const [, source] of piece.sources) sources.set(source.manifest.id, source);
        const check = checkApp(document, catalogue);
        if (check.problems.some((p) => p.severity === 'error' && !LACKING.has(p.code))) continue;
        for (const [at, source, of] of piece.sources) addSource(at, source, of);
        nodes.push(piece.node);
        wires.push(...piece.wires);
        roles.push(...needed);
        const told = rowsOf(test, Object.keys(manifest.inputs), undefined, name);
        if (told.length > 0) rows.push(told);
        for (const [port, { schema }] of Object.entries(check.nodes.get(name)?.outputs ?? {}))
          streams.push({ node: name, port, schema });
        used.push(id);
        return true;
      }
      return false;
    };
    for (const id of wanted) add(id);
    for (let tries = 0; used.length < size && tries < 3 * size; tries++) add(pick(this.blocks).manifest.id);

    const merged = rows.flat().sort((a, b) => (a.clock ?? 0) - (b.clock ?? 0));
    return {
      document: {
        ...{ format: 1, nodes, wires, roles },
        outputs: streams.map((s, i) => ({ name: `o${i}`, from: { node: s.node, port: s.port } })),
      },
      catalogue,
      rows: merged,
      sources: order,
      used,
      keyed: nodes.every((n) => catalogue.block(n.block, n.version)?.manifest.stateScope === 'key'),
    };
  }

  #piece(manifest: BlockManifest, test: BlockCase, name: string, streams: readonly Stream[], random: () => number): Piece {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const wires: Wire[] = [];
    const made: (readonly [string, Source, readonly InputRow[]])[] = [];
    const bind: Record<string, string> = {};
    const ports = Object.entries(manifest.inputs);
    const fed = new Set(test.input.flatMap((r) => (r.tick || r.answer ? [] : [String(r.port ?? ports[0]?.[0] ?? 'in')])));
    const fits = (have: ColumnSchema, want: { readonly type: string }) =>
      have.type === want.type || (want.type === 'number' && have.type === 'integer');
    for (const [port, decl] of ports) {
      if (!fed.has(port) && manifest.optionalInputs.includes(port)) continue;
      const able = streams.filter(
        (s) =>
          s.schema.kind === decl.kind &&
          Object.values(decl.columns).every((c) => c.optional || Object.values(s.schema.columns).some((have) => fits(have, c))),
      );
      if (able.length > 0 && (ports.length > 1 || Object.keys(decl.columns).length > 0)) {
        const from = pick(able);
        wires.push({ from: { node: from.node, port: from.port }, to: { node: name, port } });
        // several ports cannot bind the same name to different columns
        for (const [column, want] of Object.entries(decl.columns)) {
          const names = Object.keys(from.schema.columns).filter((c) => fits(from.schema.columns[c] as ColumnSchema, want));
          if (names.length > 0 && !(bind[column] ?? names).includes(column)) bind[column] = pick(names);
        }
        continue;
      }
      const at = `${name}_${port}`;
      const source = testSource(
        `test/source.${at.replaceAll('_', '-').toLowerCase()}`,
        columnsOf(manifest, port, test),
        decl.kind,
      );
      made.push([
        at,
        source,
        rowsOf(
          test,
          ports.map(([p]) => p),
          port,
          name,
        ),
      ]);
      wires.push({ from: { node: at, port: 'out' }, to: { node: name, port } });
    }
    const node = { id: name, block: manifest.id, version: manifest.version, params: { ...test.params } };
    return { node: Object.keys(bind).length > 0 ? { ...node, bind } : node, wires, sources: made };
  }
}

/** Rows of a plant: bursts of several keys at one time, gaps, late and bad ones. */
function plantRows(random: () => number, n: number): InputRow[] {
  const rows: InputRow[] = [];
  let clock = EPOCH;
  while (rows.length < n) {
    const roll = random();
    clock += roll < 0.05 ? 20_000 : roll < 0.5 ? 1000 : Math.floor(random() * 300);
    for (const key of ['k', 'b', 'c']) {
      if (random() < 0.3) continue;
      const late = random() < 0.1 ? Math.floor(random() * 3000) : 0;
      const bad: Record<string, number> = random() < 0.08 ? { value: random() < 0.5 ? 134 : 65, temperature: 137 } : {};
      rows.push({
        ...{ clock, time: clock - late, key, quality: bad },
        values: {
          value: random() * 40 - 5,
          temperature: 20 + random() * 110,
          pressure: 5 + random() * 3,
          speed: 1400 + random() * 200,
          tag: random() < 0.5 ? 'a' : 'b',
          flag: random() < 0.5,
        },
      });
    }
  }
  return rows;
}
