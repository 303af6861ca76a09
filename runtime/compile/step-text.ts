import type { Buffers } from './buffers.ts';
import type { NodeWriter } from './node-text.ts';
import type { Plan, PlanUnit } from './plan.ts';
import { closesCycle } from './port-text.ts';

/**
 * The entry `step`: takes the rows in, runs the loops part after part, gives what came of it. A timed program has the three as entries of their own.
 */
export function stepText(plan: Plan, buffers: Buffers, { counts, probes }: NodeWriter, wakes: readonly number[]): string[] {
  const sources = plan.nodes.filter((n) => n.kind === 'source');
  const answering = plan.nodes.filter((n) => n.code?.handlers.has('onResult'));
  const out: string[] = [
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
  out.push('}');
  for (const [i, unit] of plan.units.entries()) out.push(`function $part${i}() {`, ...partText(unit), '}');
  const parts = plan.units.map((_, i) => `$part${i}`);
  out.push(
    `function $step(input) { $begin(input); if ($N > 0) { ${parts.map((part) => `${part}();`).join(' ')} } return $end(); }`,
    plan.timed
      ? `const $run = [${parts.join(', ')}], $parts = { begin: $begin, run: (i) => { if ($N > 0) $run[i](); }, end: $end };`
      : '',
    'function $end() {',
    '  const outputs = [];',
  );
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

/** Loops of one part over all rows; those on a cycle together, row by row. */
function partText(unit: PlanUnit): string[] {
  if (!unit.byRow) return unit.loops.map((loop) => `  $loop${loop.index}($N - 1);`);
  const places = unit.loops.flatMap((loop) => {
    if (loop.kind === 'rows') return [`$at${loop.index}`];
    const wires = loop.root?.ins.filter((w) => !w.facts.back).length ?? 0;
    const streams = wires + (loop.root?.code?.handlers.has('onResult') ? 1 : 0);
    return Array.from({ length: streams }, (_, j) => `$at${loop.index}_${j}`);
  });
  const loops = unit.loops.map((l) => `$loop${l.index}(r);`).join(' ');
  return [`  ${places.map((place) => `${place} = 0;`).join(' ')} for (let r = 0; r < $N; r++) { ${loops} }`];
}
