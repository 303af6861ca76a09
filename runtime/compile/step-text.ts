import type { Buffers } from './buffers.ts';
import type { Layout } from './layout.ts';
import type { NodeWriter } from './node-text.ts';
import { type Plan, type PlanNode, type PlanUnit, POSITION } from './plan.ts';
import { closesCycle } from './port-text.ts';
import type { SharedFunctions } from './share-text.ts';
import { byPosition, positionsText } from './timer-text.ts';

/**
 * The entry `step`: takes the rows in, runs the loops part after part, gives what came of it. A timed program has the three as entries of their own.
 */
export function stepText(
  plan: Plan,
  buffers: Buffers,
  { counts, probes }: NodeWriter,
  shared: SharedFunctions,
  layout: Layout,
  wakes: readonly number[],
): string[] {
  const sources = plan.nodes.filter((n) => n.kind === 'source');
  const answering = plan.nodes.filter((n) => n.code?.handlers.has('onResult'));
  const out: string[] = [
    ...sourceTable(sources, buffers, probes),
    ...outputTable(plan, buffers),
    `const $wakes = [${wakes.map((w) => `$T${w}`).join(', ')}];`,
    'function $begin(input) {',
    '  const N = $N = input.n; $dead = []; $traced = 0; $effects = []; $alarms = []; $late = {};',
    counts.begin,
  ];
  out.push(
    '  if ($clock.length < N) $clock = new Float64Array(Math.max(N, 1024)); { const c = input.clock; let clk = $clk; for (let i = 0; i < N; i++) { if (c[i] > clk) clk = c[i]; $clock[i] = clk; } $clk = clk; }',
  );
  out.push(
    '  const words = input.words, known = new Int32Array(words.length).fill(-1);',
    '  const keyOf = (w) => { const k = known[w]; return k >= 0 ? k : (known[w] = $key(words[w])); };',
  );
  out.push('  for (let i = 0; i < $buffers.length; i++) $buffers[i].n = 0;');
  out.push(
    '  for (const s of input.sources) {',
    '    const n = s.n, at = $sources[s.source]; if (at === undefined) continue; if ($none.length < n) $none = new Uint8Array(n);',
    '    const b = at.b; b.n = n; b.row = s.row; b.time = s.time; if (b.k.length < n) b.k = new Int32Array(Math.max(n, 64)); for (let i = 0; i < n; i++) b.k[i] = keyOf(s.key[i]);',
    '    at.take(b, s);',
    '  }',
  );
  for (const node of answering)
    out.push(
      `  { const a = $answers${node.i}; a.n = 0; a.row.length = a.k.length = a.items.length = 0; for (const x of input.answers) if (x.node === ${JSON.stringify(node.id)}) { a.n++; a.row.push(x.row); a.k.push($key(x.key)); a.items.push({ id: x.id, ok: x.ok, value: x.value, reason: x.reason }); } }`,
    );
  for (const node of plan.nodes) if (closesCycle(node)) out.push(`  $before${node.i}.length = 0;`);
  out.push('  for (let i = 0; i < $wakes.length; i++) { $wakes[i].row = -1; $wakes[i].at = Infinity; }', '}');
  const runs = plan.timed ? plan.units.map((unit) => partText(unit, layout)) : runTexts(plan, shared, layout);
  for (const [i, lines] of runs.entries()) out.push(`function $part${i}() {`, ...lines, '}');
  const parts = runs.map((_, i) => `$part${i}`);
  out.push(
    `function $step(input) { $begin(input); if ($N > 0) { ${parts.map((part) => `${part}();`).join(' ')} } return $end(); }`,
    plan.timed
      ? `const $run = [${parts.join(', ')}], $parts = { begin: $begin, run: (i) => { if ($N > 0) $run[i](); }, end: $end };`
      : '',
    'function $end() {',
    '  const outputs = [];',
  );
  out.push(
    '  for (let i = 0; i < $outputs.length; i++) { const b = $outputs[i].b; if (b.n > 0) outputs.push($outputs[i].give($outputs[i].output, b)); }',
  );
  out.push(
    ...counts.results,
    '  let wakeAt = Infinity; for (let i = 0; i < $wakes.length; i++) if ($wakes[i].min < wakeAt) wakeAt = $wakes[i].min;',
    '  const result = { outputs, keys: $keys, effects: $inOrder($effects), alarms: $inOrder($alarms), dead: $inOrder($dead), late: $late, wakeAt: wakeAt === Infinity ? null : wakeAt, nodes: { rows: $rows, failed: $failed, last: $last } };',
  );
  out.push('  return result;', '}');
  return out;
}

/**
 * Sources and outputs are tables whose entries share a function by shape: written out one after the other they would be one function as long as the
 * graph, and V8 compiles functions whole (100 sources: 1.3 s of CPU in the middle of a step).
 */
function sourceTable(sources: readonly PlanNode[], buffers: Buffers, probes: NodeWriter['probes']): string[] {
  const takes = new Map<string, string>();
  const entries = sources.map((node) => {
    const b = buffers.of(node, 'out');
    if (!b) return 'undefined';
    const schema = Object.keys(node.facts.outputs.out?.schema.columns ?? {});
    const sets = b.columns
      .map((c) => ({ c, at: schema.indexOf(c.name) }))
      .map(({ c, at }) => `b.c${c.at} = s.columns[${at}]; b.q${c.at} = s.quality[${at}] || $none;`);
    const value = (name: string) => {
      const at = b.columns.find((c) => c.name === name)?.at;
      return { v: `b.c${at}[i]`, q: `b.q${at}[i]` };
    };
    const noted = probes ? ` for (let i = 0; i < b.n; i++) ${probes.note(node, 'out', 'b.k[i]', 'b.time[i]', value)}` : '';
    const position = b.timed ? ` b.at = s.columns[${schema.indexOf(POSITION)}];` : '';
    const body = `${sets.join(' ')}${position}${noted}`;
    const take = takes.get(body) ?? `$take${takes.size}`;
    takes.set(body, take);
    return `{ b: ${b.text}, take: ${take} }`;
  });
  return [
    `const $buffers = [${buffers.list.map((b) => b.text).join(', ')}];`,
    ...[...takes].map(([body, name]) => `function ${name}(b, s) { ${body} }`),
    `const $sources = [${entries.join(', ')}];`,
  ];
}
/** The columns of a buffer that is an output are those of its schema, in that order. */
function outputTable(plan: Plan, buffers: Buffers): string[] {
  const gives = new Map<string, string>();
  const entries = plan.document.outputs.flatMap((o, i) => {
    const node = plan.nodes.find((n) => n.id === o.from.node);
    const b = node && buffers.of(node, o.from.port);
    if (!b) return [];
    const [values, qualities] = ['c', 'q'].map((f) => b.columns.map((c) => `b.${f}${c.at}`).join(', '));
    const name = `$give${b.columns.length}${plan.positions && b.timed ? 't' : ''}`;
    const position = plan.positions ? [`, ${b.timed ? 'b.at' : '$ever(b.n)'}`, ', new Uint8Array(b.n)'] : ['', ''];
    gives.set(
      name,
      `function ${name}(output, b) { return { output, n: b.n, row: b.row, time: b.time, key: b.k, columns: [${values}${position[0]}], quality: [${qualities}${position[1]}] }; }`,
    );
    return [`{ output: ${i}, b: ${b.text}, give: ${name} }`];
  });
  const ever = plan.positions ? ['const $ever = (n) => new Float64Array(n).fill(Infinity);'] : [];
  return [...ever, ...gives.values(), `const $outputs = [${entries.join(', ')}];`];
}

/** A function calls so many loops: with more of them, V8 would compile the calls longer than they run. */
const CALLS = 16;

/** Loops of all parts, those that share their text one after the other where the order of their buffers allows it. */
function runTexts(plan: Plan, shared: SharedFunctions, layout: Layout): string[][] {
  const unitOf = new Map(plan.units.flatMap((unit) => unit.loops.map((loop) => [loop, unit] as const)));
  const behind = new Map<PlanUnit, PlanUnit[]>();
  const waits = new Map(plan.units.map((unit) => [unit, 0]));
  for (const { from, to, facts } of plan.wires) {
    const [a, b] = [from.loop && unitOf.get(from.loop), to.loop && unitOf.get(to.loop)];
    if (!a || !b || a === b || facts.back) continue;
    behind.set(a, [...(behind.get(a) ?? []), b]);
    waits.set(b, (waits.get(b) ?? 0) + 1);
  }
  const callOf = (unit: PlanUnit) => (unit.byRow ? undefined : shared.call(`$loop${unit.loops[0]?.index}`));
  // ready units by what they call: one kind is run dry before the next
  const ready = new Map<string, PlanUnit[]>();
  const kind = (unit: PlanUnit) => callOf(unit)?.name ?? `row by row ${unit.loops[0]?.index}`;
  const add = (unit: PlanUnit) => {
    const list = ready.get(kind(unit));
    if (list) list.push(unit);
    else ready.set(kind(unit), [unit]);
  };
  for (const unit of plan.units) if (waits.get(unit) === 0) add(unit);
  const texts: string[][] = [];
  for (let group = ready.entries().next().value; group; group = ready.entries().next().value) {
    const [name, units] = group;
    const members: number[] = [];
    let list = '';
    for (let unit = units.shift(); unit; unit = units.shift()) {
      const told = callOf(unit)?.told;
      if (told) {
        list = told.list;
        members.push(told.at);
      } else texts.push(partText(unit, layout));
      for (const next of behind.get(unit) ?? []) {
        const left = (waits.get(next) ?? 0) - 1;
        waits.set(next, left);
        if (left === 0) add(next);
      }
    }
    ready.delete(name);
    if (members.length > 0) texts.push([runText(name, list, members)]);
  }
  return Array.from({ length: Math.ceil(texts.length / CALLS) }, (_, i) => texts.slice(i * CALLS, (i + 1) * CALLS).flat());
}
/** One shared loop for some of its members, in order. */
function runText(name: string, list: string, members: readonly number[]): string {
  const first = members[0] ?? 0;
  if (members.every((m, i) => m === first + i))
    return `  for (let i = ${first}; i < ${first + members.length}; i++) ${name}(${list}[i], $N - 1);`;
  return `  for (const i of [${members.join(', ')}]) ${name}(${list}[i], $N - 1);`;
}

/** Loops of one part over all rows; those on a cycle together, row by row. */
function partText(unit: PlanUnit, layout: Layout): string[] {
  if (!unit.byRow) return unit.loops.map((loop) => `  $loop${loop.index}($N - 1);`);
  const places = unit.loops.flatMap((loop) => {
    if (loop.kind === 'rows') return [`$at${loop.index}`];
    const wires = loop.root?.ins.filter((w) => !w.facts.back).length ?? 0;
    const streams = wires + (loop.root?.code?.handlers.has('onResult') ? 1 : 0);
    return Array.from({ length: streams }, (_, j) => `$at${loop.index}_${j}`);
  });
  const loops = unit.loops.map((l) => `$loop${l.index}(r);`).join(' ');
  const run = byPosition(unit) ? positionsText(unit, layout) : `for (let r = 0; r < $N; r++) { ${loops} }`;
  return [`  ${places.map((place) => `${place} = 0;`).join(' ')} ${run}`];
}
