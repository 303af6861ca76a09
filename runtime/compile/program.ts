import { type Buffers, Buffers as BufferTable } from './buffers.ts';
import { Layout, layoutText } from './layout.ts';
import { LoopWriter } from './loop-text.ts';
import { NodeWriter } from './node-text.ts';
import type { Plan } from './plan.ts';
import { closesCycle, emitFunctions } from './port-text.ts';
import { ALIGN, EXACT, PRELUDE } from './prelude.ts';
import { addState } from './state-cells.ts';
import { applyEdits } from './syntax.ts';
import type { Line } from './values.ts';

/** Plan -> program text: one expression, a function of `{ seed }` that gives `{ step, save, load }` (`runtime/step/contract.ts`). */
export interface ProgramText {
  readonly text: string;
  readonly map: readonly {
    readonly node: string;
    readonly block: string;
    readonly from: number;
    readonly to: number;
    readonly line: number;
  }[];
  readonly layout: Layout;
}

export function writeProgram(plan: Plan): ProgramText {
  const layout = new Layout();
  for (const node of plan.nodes) addState(layout, node);
  const buffers = new BufferTable(plan);
  const nodes = new NodeWriter(plan, layout, buffers);
  const loops = new LoopWriter(plan, layout, buffers, nodes);

  const bodies: Line[] = [];
  for (const node of plan.nodes) {
    if (node.kind === 'source') continue;
    if ([...(node.code?.handlers.values() ?? [])].some((h) => h.uses.has('emit'))) bodies.push(...emitFunctions(nodes, node));
    bodies.push(...loops.functions(node));
  }
  for (const unit of plan.units) for (const loop of unit.loops) bodies.push(...loops.loop(loop, unit.byRow));

  const wakes = layout.cells.filter((c) => c.field === '$wake');
  const lines: Line[] = ["(function ($options) { 'use strict';", 'const $seed = ($options && $options.seed) | 0;'];
  // where this text stands in its script, found out once: stack lines less this are lines of the text
  const ownLine = lines.length + 1;
  lines.push(
    "const $self = /([^\\s(]+):(\\d+):\\d+\\)?$/m.exec(String(new Error().stack)) || ['', '\\u0000', '0'], $line0 = +$self[2] - " +
      ownLine +
      ';',
  );
  lines.push('let $N = 0, $clk = -Infinity, $clock = new Float64Array(0), $none = new Uint8Array(0);', ...PRELUDE);
  if (plan.nodes.some((n) => n.join === 'exact')) lines.push(...EXACT);
  if (plan.nodes.some((n) => n.join === 'align')) lines.push(...ALIGN);
  for (const block of plan.blocks) {
    const code = block.code;
    code?.moduleText
      .split('\n')
      .forEach(
        (text, i) =>
          void lines.push(
            text.trim() === '' && code.moduleText === ''
              ? ''
              : { text, node: '', block: block.id, line: code.lineOf(code.moduleLines[i] ?? 0) },
          ),
      );
  }
  for (const node of plan.nodes)
    for (const user of node.userCode.values())
      user.moduleText
        .split('\n')
        .forEach((text, i) => void lines.push({ text, node: node.id, block: node.manifest.id, line: user.lines[i] ?? 0 }));
  const migrations = plan.nodes.flatMap((node) => {
    const fn = node.code?.migrate;
    if (!fn || !node.code) return [];
    const text = applyEdits(node.code.src, fn.start, fn.end, node.code.renames);
    lines.push(
      ...`const $mig${node.i} = ${fn.type === 'FunctionExpression' && !text.startsWith('function') ? `function ${text}` : text};`.split(
        '\n',
      ),
    );
    return [{ node: node.id, fn: `$mig${node.i}` }];
  });
  for (const [name, text] of nodes.constants) lines.push(`const ${name} = ${text};`);
  const blocks = Object.fromEntries(
    plan.nodes.map((n) => [n.id, { block: n.manifest.id, stateVersion: n.manifest.stateVersion }]),
  );
  lines.push(...layoutText(layout, blocks, migrations, wakes, nodes.probes));
  if (nodes.probes) lines.push(...nodes.probes.declarations(), ...nodes.probes.function());
  for (const w of wakes)
    lines.push(
      `const $T${w.index} = $timers((k) => $FF[k * ${layout.counts.F} + ${w.offset}], (k, t) => { $FF[k * ${layout.counts.F} + ${w.offset}] = t; });`,
    );
  lines.push(...buffers.declarations());
  for (const node of plan.nodes)
    if (node.code?.handlers.has('onResult')) lines.push(`const $answers${node.i} = { n: 0, row: [], k: [], items: [] };`);
  for (const node of plan.nodes) if (closesCycle(node)) lines.push(`const $before${node.i} = [];`);
  lines.push(...nodes.counts.declarations());
  lines.push(...bodies.filter((line) => line !== ''));
  lines.push(
    ...stepText(
      plan,
      buffers,
      nodes,
      wakes.map((w) => w.index),
    ),
  );

  const { map, table } = lineMap(lines);
  lines.push(
    `const $map = ${JSON.stringify(table)};`,
    'function $sourceLine(node, e) {',
    "  const lines = String(e && e.stack).split('\\n');",
    '  for (const text of lines) { const at = text.lastIndexOf($self[1] + ":"); if (at < 0) continue; const line = parseInt(text.slice(at + $self[1].length + 1), 10) - $line0; for (const [from, to, first] of $map) if (line >= from && line <= to && first > 0) return first + line - from; }',
    '}',
    `return { step: $step, save: $save, load: $load${nodes.probes ? ', probes: $probes' : ''} }; })`,
  );
  return { text: lines.map((l) => (typeof l === 'string' ? l : l.text)).join('\n'), map, layout };
}

function stepText(plan: Plan, buffers: Buffers, { counts, probes }: NodeWriter, wakes: readonly number[]): string[] {
  const sources = plan.nodes.filter((n) => n.kind === 'source');
  const answering = plan.nodes.filter((n) => n.code?.handlers.has('onResult'));
  const out: string[] = [
    'function $step(input) {',
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
  for (const b of buffers.list) out.push(`  ${b.text}.n = 0;`);
  out.push(
    '  for (const s of input.sources) {',
    '    const n = s.n; if ($none.length < n) $none = new Uint8Array(n);',
    '    switch (s.source) {',
  );
  for (const [i, node] of sources.entries()) {
    const b = buffers.of(node, 'out');
    if (!b) continue;
    const schema = Object.keys(node.facts.outputs.out?.schema.columns ?? {});
    const columns = b.columns
      .map(
        (c) => ` b.c${c.at} = s.columns[${schema.indexOf(c.name)}]; b.q${c.at} = s.quality[${schema.indexOf(c.name)}] || $none;`,
      )
      .join('');
    out.push(
      `      case ${i}: { const b = ${b.text}; b.n = n; b.row = s.row; b.time = s.time; if (b.k.length < n) b.k = new Int32Array(Math.max(n, 64)); for (let i = 0; i < n; i++) b.k[i] = keyOf(s.key[i]);${columns}`,
    );
    if (probes) {
      const value = (name: string) => {
        const at = b.columns.find((c) => c.name === name)?.at;
        return { v: `b.c${at}[i]`, q: `b.q${at}[i]` };
      };
      out.push(`        for (let i = 0; i < n; i++) ${probes.note(node, 'out', 'b.k[i]', 'b.time[i]', value)}`);
    }
    out.push('        break; }');
  }
  out.push('    }', '  }');
  for (const node of answering)
    out.push(
      `  { const a = $answers${node.i}; a.n = 0; a.row.length = a.k.length = a.items.length = 0; for (const x of input.answers) if (x.node === ${JSON.stringify(node.id)}) { a.n++; a.row.push(x.row); a.k.push($key(x.key)); a.items.push({ id: x.id, ok: x.ok, value: x.value, reason: x.reason }); } }`,
    );
  for (const node of plan.nodes) if (closesCycle(node)) out.push(`  $before${node.i}.length = 0;`);
  for (const w of wakes) out.push(`  $T${w}.row = 0; $T${w}.armed = -Infinity;`);
  out.push('  if (N > 0) {');
  for (const unit of plan.units) {
    if (!unit.byRow) {
      for (const loop of unit.loops) out.push(`    $loop${loop.index}(N - 1);`);
      continue;
    }
    for (const loop of unit.loops) {
      if (loop.kind === 'rows') out.push(`    $at${loop.index} = 0;`);
      else {
        const streams = loop.root
          ? loop.root.ins.filter((w) => !w.facts.back).length + (loop.root.code?.handlers.has('onResult') ? 1 : 0)
          : 0;
        for (let j = 0; j < streams; j++) out.push(`    $at${loop.index}_${j} = 0;`);
      }
    }
    out.push(`    for (let r = 0; r < N; r++) { ${unit.loops.map((l) => `$loop${l.index}(r);`).join(' ')} }`);
  }
  out.push('  }', '  const outputs = [];');
  // the columns of a buffer that is an output are those of its schema, in that order
  for (const [i, o] of plan.document.outputs.entries()) {
    const node = plan.nodes.find((n) => n.id === o.from.node);
    const b = node && buffers.of(node, o.from.port);
    if (!b) continue;
    const [values, qualities] = ['c', 'q'].map((f) => b.columns.map((c) => `b.${f}${c.at}`).join(', '));
    out.push(
      `  { const b = ${b.text}; if (b.n > 0) outputs.push({ output: ${i}, n: b.n, row: b.row, time: b.time, key: b.k, columns: [${values}], quality: [${qualities}] }); }`,
    );
  }
  out.push(
    ...counts.results(),
    '  const byRow = (a, b) => a.row - b.row || $order[a.node] - $order[b.node];',
    '  if ($effects.length > 1) $effects.sort(byRow); if ($alarms.length > 1) $alarms.sort(byRow); if ($dead.length > 1) $dead.sort(byRow);',
    `  let wakeAt = Infinity;${wakes.map((w) => ` if ($T${w}.min < wakeAt) wakeAt = $T${w}.min;`).join('')}`,
    '  const result = { outputs, keys: $keys, effects: $effects, alarms: $alarms, dead: $dead, late: $late, wakeAt: wakeAt === Infinity ? null : wakeAt, nodes: { rows: $rows, failed: $failed, last: $last } };',
  );
  out.push('  return result;', '}');
  return out;
}

/** Runs of lines that stand for consecutive lines of one source. */
function lineMap(lines: readonly Line[]): { map: ProgramText['map'][number][]; table: [number, number, number][] } {
  const map: { node: string; block: string; from: number; to: number; line: number }[] = [];
  let at = 0;
  for (const line of lines) {
    const text = typeof line === 'string' ? line : line.text;
    const span = text.split('\n').length;
    if (typeof line !== 'string') {
      const last = map.at(-1);
      if (
        last &&
        last.to === at &&
        last.node === line.node &&
        last.block === line.block &&
        (line.line === 0 ? last.line === 0 : last.line > 0 && last.line + at + 1 - last.from === line.line)
      )
        last.to = at + span;
      else map.push({ node: line.node, block: line.block, from: at + 1, to: at + span, line: line.line });
    }
    at += span;
  }
  return { map, table: map.map((m) => [m.from, m.to, m.line]) };
}
