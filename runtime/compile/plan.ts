import type { ColumnSchema, WireSchema } from '#runtime/batch/schema.ts';
import type { GraphCheck } from '#runtime/graph/check.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import type { InputFacts, NodeFacts, WireFacts } from '#runtime/graph/facts.ts';
import type { BlockManifest, ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { cycles, type Edge, topologicalOrder } from '#runtime/graph/order.ts';
import { type BlockCode, readBlock } from './read-block.ts';
import { readUserCode, type UserCode } from './read-user-code.ts';

/**
 * A checked graph -> what the program text is written from: nodes in order, the columns that each wire must carry, and the loops.
 * One loop per island of nodes that only hand rows on; everything else (several inputs, timers, many rows, answers) is a boundary with a
 * buffer. Pure.
 */
export interface PlanWire {
  readonly index: number;
  readonly from: PlanNode;
  readonly fromPort: string;
  readonly to: PlanNode;
  readonly toPort: string;
  readonly facts: WireFacts;
  /** Columns that the target or someone behind it uses. */
  need: Set<string>;
  buffered: boolean;
}

export type NodeKind =
  | 'source' // rows come with the step
  | 'row' // one wire, one handler: inlined where its rows are made
  | 'merge'; // several wires, several handlers or answers: the root of a loop of its own

export interface PlanNode {
  readonly i: number;
  readonly id: string;
  readonly facts: NodeFacts;
  readonly manifest: BlockManifest;
  readonly code?: BlockCode;
  /** Index of the block among those used: prefix of its module's names. */
  readonly block: number;
  readonly userCode: ReadonlyMap<string, UserCode>;
  readonly kind: NodeKind;
  /** Its rows go through a buffer: it may give several for one, or at other moments than its inputs. */
  readonly many: boolean;
  /** Rows of its wires are met before it, by time. */
  readonly join?: 'exact' | 'align';
  readonly ins: PlanWire[];
  readonly outs: PlanWire[];
  /** Sets timers. */
  readonly wakes: boolean;
  /** Rows may come to it or from it between two entries: it sets timers, or gets rows of a node that does. */
  timed: boolean;
  loop: PlanLoop | undefined;
}

export interface PlanLoop {
  readonly index: number;
  readonly kind: 'rows' | 'merge';
  /** `rows`: whose rows it runs over. */
  readonly over?: { readonly node: PlanNode; readonly port: string };
  /** `merge`: the node that meets its wires. */
  readonly root?: PlanNode;
  readonly nodes: PlanNode[];
}

/** Loops that run one after the other over all rows; or, on a cycle, together row by row. */
export interface PlanUnit {
  readonly loops: readonly PlanLoop[];
  readonly byRow: boolean;
}

export interface PlanBlock {
  readonly id: string;
  readonly version: string;
  readonly code?: BlockCode;
}

export interface Plan {
  readonly document: GraphDocument;
  readonly nodes: readonly PlanNode[];
  readonly wires: readonly PlanWire[];
  readonly blocks: readonly PlanBlock[];
  readonly loops: readonly PlanLoop[];
  readonly units: readonly PlanUnit[];
  readonly instrumented: boolean;
  /** Made to find out what each node costs: every node has a loop of its own, and its parts can be run one by one. */
  readonly timed: boolean;
  /** Outputs tell in a column more where in the step each row stands (`POSITION`). */
  readonly positions: boolean;
  readonly edges: readonly Edge[];
}

export interface PlanOptions {
  readonly catalogue: ProgramCatalogue;
  readonly instrumented?: boolean;
  readonly timed?: boolean;
  readonly positions?: boolean;
  /** More nodes in one loop make V8's optimizer slower than it gains (measured: 100 in one loop run at 0.73 of 32). */
  readonly maxNodes?: number;
}

/** Column of the compiler's own: the time of the timer that a row came of, Infinity for a row that came of an entry. */
export const POSITION = '$at';

const USES_MANY = ['emit'];

/** @throws CodeProblem */
export function makePlan(check: GraphCheck, options: PlanOptions): Plan {
  const { document } = check;
  const blocks: PlanBlock[] = [];
  const blockIndex = new Map<string, number>();
  const nodes: PlanNode[] = [];
  const byId = new Map<string, PlanNode>();
  for (const id of check.order) {
    const facts = check.nodes.get(id);
    if (!facts) continue;
    const { manifest } = facts;
    const key = `${manifest.id} ${manifest.version}`;
    let index = blockIndex.get(key);
    if (index === undefined) {
      index = blocks.length;
      blockIndex.set(key, index);
      blocks.push(planBlock(manifest, index, options));
    }
    const code = blocks[index]?.code;
    const userCode = new Map(
      facts.code.map((c) => [c.path, readUserCode(options.catalogue.stripTypes(c.text), `$u${nodes.length}_`)]),
    );
    const wired = Object.values(facts.inputs).reduce((n, input) => n + input.wires.length, 0);
    const join =
      manifest.combine && manifest.combine !== 'latest' ? (manifest.combine === 'exact' ? 'exact' : 'align') : undefined;
    const answers = code?.handlers.has('onResult') ?? false;
    // one input alone has nothing to be met with
    const [port, only] = Object.entries(facts.inputs).find(([, input]) => input.wires.length > 0) ?? [];
    const fires = (manifest.firesOn ?? port) === port && !only?.wires.some((w) => check.wires[w]?.back);
    const alone = manifest.combine === 'latest' && wired === 1 && fires;
    const kind: NodeKind =
      manifest.shape === 'source' ? 'source' : (manifest.shape !== 'each' && !alone) || wired > 1 || answers ? 'merge' : 'row';
    const wakes = join === 'align' || (code?.handlers.has('onTimer') ?? false);
    const many =
      manifest.shape === 'on' ||
      answers ||
      wakes ||
      [...(code?.handlers.values() ?? [])].some((h) => USES_MANY.some((m) => h.uses.has(m)));
    const node: PlanNode = {
      i: nodes.length,
      id,
      facts,
      manifest,
      ...(code ? { code } : {}),
      block: index,
      userCode,
      kind,
      many,
      ...(join ? { join } : {}),
      ins: [],
      outs: [],
      wakes,
      timed: wakes || (manifest.shape === 'source' && Object.hasOwn(facts.outputs.out?.schema.columns ?? {}, POSITION)),
      loop: undefined,
    };
    nodes.push(node);
    byId.set(id, node);
  }
  const wires: PlanWire[] = [];
  for (const [index, facts] of check.wires.entries()) {
    const from = facts && byId.get(facts.wire.from.node);
    const to = facts && byId.get(facts.wire.to.node);
    if (!facts || !from || !to) continue;
    const wire: PlanWire = {
      index,
      from,
      fromPort: facts.wire.from.port,
      to,
      toPort: facts.wire.to.port,
      facts,
      need: new Set(),
      buffered: false,
    };
    wires.push(wire);
    from.outs.push(wire);
    to.ins.push(wire);
  }
  for (const node of nodes) node.timed ||= node.ins.some((w) => !w.facts.back && w.from.timed);
  findNeeds(document, nodes, options.instrumented ?? false);
  const loops = cutLoops(nodes, options.timed ? 1 : (options.maxNodes ?? 32));
  const edges = wires.map((w) => ({ from: w.from.i, to: w.to.i }));
  return {
    document,
    nodes,
    wires,
    blocks,
    loops,
    units: orderLoops(wires, loops),
    instrumented: options.instrumented ?? false,
    timed: options.timed ?? false,
    positions: options.positions ?? false,
    edges,
  };
}

function planBlock(manifest: BlockManifest, index: number, { catalogue }: PlanOptions): PlanBlock {
  const base = { id: manifest.id, version: manifest.version };
  if (manifest.shape === 'source') return base;
  const source = catalogue.source(manifest.id, manifest.version);
  if (!source) throw new Error(`the catalogue has no code for ${manifest.id} ${manifest.version}`);
  return {
    ...base,
    code: readBlock(source.text, {
      prefix: `$m${index}_`,
      bundled: source.bundled,
      ...(source.lines ? { lines: source.lines } : {}),
    }),
  };
}

/** Columns of one port that the node's own code uses. */
export function usedColumns(node: PlanNode, port: string): Set<string> {
  const { facts } = node;
  const input = facts.inputs[port] as InputFacts;
  const need = new Set<string>();
  for (const c of Object.values(input.columns)) if (c.on !== undefined) need.add(c.on);
  for (const e of facts.expressions) for (const name of [...e.names, ...e.handled]) if (name.port === port) need.add(name.column);
  for (const code of node.userCode.values()) {
    if (code.columns === null) for (const c of Object.keys(input.schema.columns)) need.add(c);
    else for (const c of code.columns.keys()) if (Object.hasOwn(input.schema.columns, c)) need.add(c);
  }
  return need;
}

export const outputColumns = (node: PlanNode, port: string): WireSchema =>
  node.facts.outputs[port]?.schema ?? { kind: 'stream', columns: {} };
export const columnOf = (schema: WireSchema, name: string): ColumnSchema => schema.columns[name] ?? { type: 'number' };

function findNeeds(document: GraphDocument, nodes: readonly PlanNode[], everything: boolean): void {
  for (const node of [...nodes].reverse()) {
    const carried = new Set<string>();
    for (const [port, output] of Object.entries(node.facts.outputs)) {
      const wanted = new Set<string>();
      for (const w of node.outs) if (w.fromPort === port) for (const c of w.need) wanted.add(c);
      if (everything || document.outputs.some((o) => o.from.node === node.id && o.from.port === port))
        for (const c of Object.keys(output.schema.columns)) wanted.add(c);
      for (const c of output.carried) if (wanted.has(c)) carried.add(c);
    }
    for (const w of node.ins) {
      w.need = usedColumns(node, w.toPort);
      for (const c of carried) w.need.add(c);
    }
  }
}

function cutLoops(nodes: readonly PlanNode[], maxNodes: number): PlanLoop[] {
  const loops: PlanLoop[] = [];
  const open = new Map<string, PlanLoop>();
  const newLoop = (loop: Omit<PlanLoop, 'index' | 'nodes'>): PlanLoop => {
    const made = { ...loop, index: loops.length, nodes: [] };
    loops.push(made);
    return made;
  };
  const loopOver = (node: PlanNode, port: string): PlanLoop => {
    const key = `${node.i} ${port}`;
    let loop = open.get(key);
    if (!loop || loop.nodes.length >= maxNodes) {
      loop = newLoop({ kind: 'rows', over: { node, port } });
      open.set(key, loop);
    }
    return loop;
  };
  for (const node of nodes) {
    if (node.kind === 'source') continue;
    if (node.kind === 'merge') {
      node.loop = newLoop({ kind: 'merge', root: node });
      for (const w of node.ins) w.buffered = !w.facts.back;
    } else {
      const [wire] = node.ins;
      if (!wire) continue; // only optional inputs, none wired: no row ever comes
      const { from } = wire;
      if (from.kind !== 'source' && !from.many && from.loop && from.loop.nodes.length < maxNodes) node.loop = from.loop;
      else {
        node.loop = loopOver(from, wire.fromPort);
        wire.buffered = true;
      }
    }
    node.loop.nodes.push(node);
  }
  return loops;
}

/** Loops in the order of their buffers; those on a cycle become one unit that runs row by row. */
function orderLoops(wires: readonly PlanWire[], loops: readonly PlanLoop[]): PlanUnit[] {
  const between = (withBack: boolean): Edge[] =>
    wires.flatMap((w) =>
      w.from.loop && w.to.loop && w.from.loop !== w.to.loop && (withBack || !w.facts.back)
        ? [{ from: w.from.loop.index, to: w.to.loop.index }]
        : [],
    );
  const groups = cycles(loops.length, between(true)).filter((g) => g.length > 1);
  const groupOf = new Map(groups.flatMap((g) => g.map((i) => [i, g] as const)));
  const first = (i: number) => groupOf.get(i)?.[0] ?? i;
  const units = between(false)
    .map((e) => ({ from: first(e.from), to: first(e.to) }))
    .filter((e) => e.from !== e.to);
  const inner = topologicalOrder(loops.length, between(false));
  const rank = new Map(inner.map((i, at) => [i, at]));
  const loop = (i: number) => loops[i] as PlanLoop;
  return topologicalOrder(loops.length, units)
    .filter((i) => first(i) === i)
    .map((i) => {
      const group = groupOf.get(i);
      if (!group) return { loops: [loop(i)], byRow: false };
      return { loops: [...group].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0)).map(loop), byRow: true };
    });
}

/** The plan for a person. */
export function printPlan(plan: Plan): string {
  const lines: string[] = [];
  for (const node of plan.nodes.filter((n) => n.kind === 'source'))
    lines.push(
      `source ${node.id} (${node.facts.role?.name ?? node.facts.form ?? ''}): ${columnsText(outputColumns(node, 'out'))}`,
    );
  for (const unit of plan.units) {
    if (unit.byRow) lines.push('row by row:');
    for (const loop of unit.loops) {
      const head =
        loop.kind === 'rows'
          ? `over ${loop.over?.node.id}.${loop.over?.port}`
          : `merging ${loop.root?.ins.map((w) => `${w.from.id}.${w.fromPort}${w.facts.back ? ' (before)' : ''}`).join(', ')}`;
      lines.push(`${unit.byRow ? '  ' : ''}loop ${loop.index} ${head}`);
      for (const node of loop.nodes) {
        const outs = Object.keys(node.facts.outputs).map((p) => `${p}: ${columnsText(outputColumns(node, p))}`);
        lines.push(
          `    ${node.id} = ${node.manifest.id} ${node.manifest.version}${node.many ? ' [buffered]' : ''} -> ${outs.join('; ')}`,
        );
      }
    }
  }
  for (const o of plan.document.outputs) lines.push(`output ${o.name} = ${o.from.node}.${o.from.port}`);
  return lines.join('\n');
}
const columnsText = (schema: WireSchema): string =>
  `${schema.kind === 'frame' ? 'frame ' : ''}${Object.entries(schema.columns)
    .map(([name, c]) => `${name} ${c.type}${c.unit ? ` [${c.unit}]` : ''}`)
    .join(', ')}`;
