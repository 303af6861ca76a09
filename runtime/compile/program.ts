import type { Program } from '#runtime/step/contract.ts';
import { Buffers } from './buffers.ts';
import { Layout, layoutText } from './layout.ts';
import { LoopWriter } from './loop-text.ts';
import { NodeWriter } from './node-text.ts';
import type { Plan } from './plan.ts';
import { closesCycle, emitFunctions } from './port-text.ts';
import { ALIGN, EXACT, PRELUDE } from './prelude.ts';
import { SharedFunctions, type TextFunction } from './share-text.ts';
import { addState } from './state-cells.ts';
import { stepText } from './step-text.ts';
import { applyEdits } from './syntax.ts';
import { byPosition } from './timer-text.ts';
import type { Line } from './values.ts';

/** Plan -> program text: one expression, a function of `{ seed }` that gives `{ step, save, load }` (`runtime/step/contract.ts`). */
export interface ProgramText {
  readonly text: string;
  readonly map: Program['map'];
  readonly layout: Layout;
}

export function writeProgram(plan: Plan, share?: number): ProgramText {
  const layout = new Layout();
  for (const node of plan.nodes) addState(layout, node);
  const buffers = new Buffers(plan);
  const nodes = new NodeWriter(plan, layout, buffers);
  const loops = new LoopWriter(plan, layout, buffers, nodes);

  const bodies: Line[] = [];
  const functions: TextFunction[] = [];
  for (const node of plan.nodes) {
    if (node.kind === 'source') continue;
    if ([...(node.code?.handlers.values() ?? [])].some((h) => h.uses.has('emit')))
      functions.push(...apart(emitFunctions(nodes, node)));
    functions.push(...apart(loops.functions(node)));
  }
  for (const unit of plan.units)
    for (const loop of unit.loops) {
      const lines = loops.loop(loop, unit.byRow, byPosition(unit));
      // loops of a cycle keep their places in names of their own
      if (unit.byRow) bodies.push(...lines);
      else functions.push(...apart(lines));
    }
  // what each node costs is measured node by node
  const shared = new SharedFunctions(functions, plan.timed ? Infinity : share);

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
  lines.push(
    `const $timerAt = (at) => $timers((k) => $FF[k * ${layout.counts.F} + at], (k, t) => { $FF[k * ${layout.counts.F} + at] = t; });`,
  );
  for (const w of wakes) lines.push(`const $T${w.index} = $timerAt(${w.offset});`);
  lines.push(...buffers.declarations());
  for (const node of plan.nodes)
    if (node.code?.handlers.has('onResult')) lines.push(`const $answers${node.i} = { n: 0, row: [], k: [], items: [] };`);
  for (const node of plan.nodes) if (closesCycle(node)) lines.push(`const $before${node.i} = [];`);
  lines.push(...nodes.counts.declarations(), ...nodes.counts.table());
  lines.push(...[...shared.lines, ...bodies.map((line) => shared.calling(line))].filter((line) => line !== ''), ...shared.lists);
  lines.push(
    ...stepText(
      plan,
      buffers,
      nodes,
      shared,
      layout,
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
    `return { step: $step, save: $save, load: $load${nodes.probes ? ', probes: $probes' : ''}${plan.timed ? ', parts: $parts' : ''} }; })`,
  );
  return { text: lines.map((l) => (typeof l === 'string' ? l : l.text)).join('\n'), map, layout };
}

/** Lines cut where a function begins. */
function apart(lines: readonly Line[]): TextFunction[] {
  const functions: { name: string; lines: Line[] }[] = [];
  for (const line of lines) {
    const name = typeof line === 'string' ? /^(?:function|const) (\$[\w$]+)(?:\(| = \(function)/.exec(line)?.[1] : undefined;
    if (name !== undefined) functions.push({ name, lines: [line] });
    else if (line !== '') functions.at(-1)?.lines.push(line);
  }
  return functions;
}

/** Runs of lines that stand for consecutive lines of one source. */
function lineMap(lines: readonly Line[]): { map: ProgramText['map'][number][]; table: [number, number, number][] } {
  const map: (Omit<ProgramText['map'][number], 'to'> & { to: number })[] = [];
  let at = 0;
  for (const line of lines) {
    const text = typeof line === 'string' ? line : line.text;
    const span = text.split('\n').length;
    if (typeof line !== 'string') {
      const last = map.at(-1);
      if (
        last &&
        last.to === at &&
        last.node === (line.nodes ? '' : line.node) &&
        last.block === line.block &&
        last.nodes?.join() === line.nodes?.join() &&
        (line.line === 0 ? last.line === 0 : last.line > 0 && last.line + at + 1 - last.from === line.line)
      )
        last.to = at + span;
      else {
        const { node, block, nodes } = line;
        map.push({ node: nodes ? '' : node, block, from: at + 1, to: at + span, line: line.line, ...(nodes ? { nodes } : {}) });
      }
    }
    at += span;
  }
  return { map, table: map.map((m) => [m.from, m.to, m.line]) };
}
