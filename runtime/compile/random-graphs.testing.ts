import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { fixtureCatalogue } from './fixtures/index.ts';
import type { InputRow } from './step-input.ts';

/** Random graphs of fixture blocks and random rows for them; the same for the same generator. */
type Node = GraphDocumentInput['nodes'][number];
type Wire = GraphDocumentInput['wires'][number];
interface Out {
  readonly node: string;
  readonly port: string;
}

const SINGLE: readonly (readonly [kind: string, params: Record<string, unknown>])[] = [
  ['scale', {}],
  ['average', {}],
  ['window', {}],
  ['filter', { keep: 'value > 4 || isBad(value)' }],
  ['filter', { keep: 'tag == "b" || value > 12' }],
  ['burst', {}],
  ['idle', {}],
  ['past', {}],
  ['later', { seconds: 0.02 }],
  ['total', {}],
  ['hold', {}],
  ['route', {}],
  ['delay', {}],
  ['delay', { initial: 7 }],
  ['ask', {}],
];
/** Windows of the product itself, at the end of a way: their rows have other columns. */
const WINDOWS: readonly (readonly [block: string, params: Record<string, unknown>, ports: readonly string[]])[] = [
  ['series.window', { seconds: 0.05, lateness: 0.1, idle: 0.2 }, ['out', 'late']],
  ['series.window', { mode: 'sliding', seconds: 0.1, lateness: 0.05 }, ['out', 'late']],
  ['series.session', { gap: 0.03, lateness: 0.04, idle: 0.1 }, ['out', 'late']],
  ['series.session', { gap: 0.06, idle: 0 }, ['out', 'late']],
  ['series.count', { n: 3 }, ['out']],
];
const JOINS = ['latest', 'exact', 'align', 'ports'];
/** Kinds whose rows keep the column `tag`. */
const CARRIES = new Set(['scale', 'average', 'filter', 'burst', 'total', 'hold', 'route']);

/** Blocks of every kind, wired at random: single ones, merges, joins, frames, loops, windows at the ends. Outputs at every port. */
export function randomGraph(random: () => number, size: number): GraphDocumentInput {
  const nodes: Node[] = [];
  const wires: Wire[] = [];
  const streams: (Out & { tag: boolean })[] = [];
  const frames: Out[] = [];
  const ends: Out[] = [];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const add = (kind: string, params: Record<string, unknown> = {}): string => {
    const id = `${kind}${nodes.length}`;
    nodes.push({ id, block: `millwright/fixture.${kind}`, version: '1.0.0', params });
    return id;
  };
  const wire = (from: Out, node: string, port = 'in') =>
    wires.push({ from: { node: from.node, port: from.port }, to: { node, port } });
  for (let i = 0; i < 3; i++) {
    nodes.push({ id: `source${i}`, block: 'test/source.value', version: '1.0.0' });
    streams.push({ node: `source${i}`, port: 'out', tag: true });
  }
  for (let i = 0; i < size; i++) {
    const roll = random();
    if (roll < 0.55) {
      const [kind, params] = pick(SINGLE);
      const text = kind === 'filter' && String(params.keep).includes('tag');
      const from = pick(text ? streams.filter((s) => s.tag) : streams);
      const id = add(kind, params);
      wire(from, id);
      // sometimes a second wire into the same port: rows are merged
      let tag = from.tag && CARRIES.has(kind);
      if (random() < 0.15) {
        const other = pick(streams.filter((s) => s !== from && (!text || s.tag)));
        wire(other, id);
        tag &&= other.tag;
      }
      if (kind === 'route') for (const port of ['high', 'low']) streams.push({ node: id, port, tag });
      else streams.push({ node: id, port: 'out', tag });
    } else if (roll < 0.8) {
      const kind = pick(JOINS);
      const id = add(kind);
      for (const port of kind === 'ports' ? ['left', 'right'] : random() < 0.7 ? ['a', 'b', 'c'] : ['a', 'b'])
        wire(pick(streams), id, port);
      streams.push({ node: id, port: 'out', tag: false });
    } else if (roll < 0.9) {
      const frame = frames.length > 0 && random() < 0.5 ? pick(frames) : undefined;
      const id = add(frame ? 'pareto' : 'collect');
      wire(frame ?? pick(streams), id);
      frames.push({ node: id, port: 'out' });
      const first = add('first');
      wire({ node: id, port: 'out' }, first);
      streams.push({ node: first, port: 'out', tag: false });
    } else {
      // a loop: x + half of what came out before, through up to two blocks and the delay
      const loop = add('loop');
      wire(pick(streams), loop, 'x');
      let at: Out = { node: loop, port: 'out' };
      for (let k = Math.floor(random() * 3); k > 0; k--) {
        const kind = pick(['scale', 'burst', 'idle', 'hold', 'total']);
        const id = add(kind);
        wire(at, id);
        at = { node: id, port: 'out' };
        streams.push({ ...at, tag: false });
      }
      const delay = add('delay', random() < 0.5 ? { initial: 2 } : {});
      wire(at, delay);
      wire({ node: delay, port: 'out' }, loop, 'before');
      streams.push({ node: loop, port: 'out', tag: false }, { node: delay, port: 'out', tag: false });
    }
  }
  for (let i = 0; i < 2; i++) {
    const [block, params, ports] = pick(WINDOWS);
    const id = `end${nodes.length}`;
    nodes.push({ id, block: `millwright/${block}`, version: '1.0.0', params });
    wire(pick(streams), id);
    for (const port of ports) ends.push({ node: id, port });
  }
  const outputs = [...streams, ...frames, ...ends].map((o, i) => ({ name: `o${i}`, from: { node: o.node, port: o.port } }));
  return { format: 1, nodes, wires, outputs };
}

export function randomRows(random: () => number, n: number, asking: readonly string[]): InputRow[] {
  const rows: InputRow[] = [];
  let clock = 1_700_000_000_000;
  for (let i = 0; i < n; i++) {
    clock += random() < 0.03 ? 400 : Math.floor(random() * 12);
    const key = String.fromCharCode(97 + Math.floor(random() * Math.min(6, 1 + i / 20)));
    const roll = random();
    if (roll < 0.05) rows.push({ clock });
    else if (roll < 0.1 && asking.length > 0)
      rows.push({
        clock,
        key,
        answer: { node: asking[Math.floor(random() * asking.length)] as string, id: String(i), ok: random() < 0.5 },
      });
    else {
      const quality: Record<string, number> = random() < 0.08 ? { value: random() < 0.5 ? 134 : 65 } : {};
      const time = clock - (random() < 0.1 ? Math.floor(random() * 300) : 0);
      rows.push({
        clock,
        time: random() < 0.3 ? Math.floor(time / 20) * 20 : time,
        key,
        source: Math.floor(random() * 3),
        values: { value: random() * 40 - 5, tag: random() < 0.5 ? 'a' : 'b' },
        quality,
      });
    }
  }
  return rows;
}

/** The same rows with other ticks among them: a tick tells only that time has passed, which the next row tells too. */
export function otherTicks(rows: readonly InputRow[], random: () => number): InputRow[] {
  const out: InputRow[] = [];
  let last: number | undefined;
  for (const [i, row] of rows.entries()) {
    const clock = row.clock ?? row.time ?? 0;
    const tick = row.source === undefined && !row.answer;
    if (last !== undefined && clock > last && random() < 0.3) {
      const between = [last + random() * (clock - last), last + random() * (clock - last)].sort((a, b) => a - b);
      out.push(...between.slice(random() < 0.5 ? 1 : 0).map((at) => ({ clock: at })));
    }
    // the last one ends time, and a clock that would go back stands
    if (!tick || i === rows.length - 1 || random() < 0.3) out.push(row);
    last = Math.max(last ?? clock, clock);
  }
  return out;
}

/** The fixtures and the product's own blocks. */
export async function everyBlock(): Promise<ProgramCatalogue> {
  const fixtures = await fixtureCatalogue();
  const product = loadCatalogue();
  return {
    ...fixtures,
    block: (id, version) => fixtures.block(id, version) ?? product.block(id, version),
    versions: (id) => [...fixtures.versions(id), ...product.versions(id)],
    source: (id, version) => fixtures.source(id, version) ?? product.source(id, version),
  };
}
