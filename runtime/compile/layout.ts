import type { NodeFacts } from '#runtime/graph/facts.ts';
import { CodeProblem } from './code-rules.ts';

/**
 * Where state lives in a program. Scalars of one key lie side by side in one Float64Array and one Int32Array (measured: one typed array
 * per field is a quarter slower); array fields lie flat, one run per key; json fields are lists by key. The same for the plain and the
 * instrumented program, so that either loads the other's state.
 */
export type CellKind = 'f64' | 'i32' | 'f64s' | 'i32s' | 'json';

export interface Cell {
  /** Unique in the program. */
  readonly index: number;
  readonly node: string;
  readonly field: string;
  readonly kind: CellKind;
  readonly size: number;
  readonly perKey: boolean;
  /** Text of the first value. For `seed` cells it depends on the key. */
  readonly init: string;
  readonly seed?: number;
  /** Place in its arena, for scalars. */
  readonly offset: number;
}

export class Layout {
  readonly cells: Cell[] = [];
  /** Scalars per key and per node: F = Float64, I = Int32. */
  readonly counts = { F: 0, I: 0, GF: 0, GI: 0 };
  #byName = new Map<string, Cell>();

  add(
    node: string,
    field: string,
    kind: CellKind,
    init: string,
    options: { size?: number; perKey?: boolean; seed?: number } = {},
  ): Cell {
    const perKey = options.perKey ?? true;
    const arena = arenaOf(kind, perKey);
    const cell: Cell = {
      index: this.cells.length,
      node,
      field,
      kind,
      size: options.size ?? 1,
      perKey,
      init,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      offset: arena ? this.counts[arena]++ : 0,
    };
    this.cells.push(cell);
    this.#byName.set(`${node}.${field}`, cell);
    return cell;
  }
  get(node: string, field: string): Cell | undefined {
    return this.#byName.get(`${node}.${field}`);
  }
  of(node: string): Cell[] {
    return this.cells.filter((c) => c.node === node);
  }
}

export const arenaOf = (kind: CellKind, perKey: boolean): 'F' | 'I' | 'GF' | 'GI' | undefined =>
  kind === 'f64' ? (perKey ? 'F' : 'GF') : kind === 'i32' ? (perKey ? 'I' : 'GI') : undefined;

/** Text of a scalar or json cell in a place where `$kf`, `$ki` and `$k` stand for the key. */
export function cellText(cell: Cell): string {
  switch (arenaOf(cell.kind, cell.perKey)) {
    case 'F':
      return `$F[$kf + ${cell.offset}]`;
    case 'I':
      return `$I[$ki + ${cell.offset}]`;
    case 'GF':
      return `$GF[${cell.offset}]`;
    case 'GI':
      return `$GI[${cell.offset}]`;
    default:
      return cell.kind === 'json'
        ? `$J${cell.index}[${cell.perKey ? '$k' : '0'}]`
        : `$V${cell.index}[${cell.perKey ? '$k' : '0'}]`;
  }
}

export const numberText = (x: number): string =>
  Object.is(x, -0) ? '-0' : Number.isNaN(x) ? 'NaN' : x === Infinity ? 'Infinity' : x === -Infinity ? '-Infinity' : String(x);

/** A plain value as text; what is undefined stays so. */
export function literalText(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(literalText).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${JSON.stringify(k)}: ${literalText(v)}`)
      .join(', ')} }`;
  return JSON.stringify(value);
}

const LIMIT = 4_000_000;

/** Cells of the state that the block declares. */
export function addDeclaredState(layout: Layout, facts: NodeFacts): void {
  const { node, manifest, params } = facts;
  const perKey = manifest.stateScope === 'key';
  for (const [name, field] of Object.entries(manifest.state)) {
    if (name.startsWith('$'))
      throw new CodeProblem(
        'code-dollar',
        { line: 1, column: 0 },
        `Names that begin with $ belong to the compiler: state '${name}'.`,
        `以 $ 开头的名称保留给编译器：状态“${name}”。`,
      );
    if (field.kind === 'json') {
      layout.add(node.id, name, 'json', `(${literalText(field.init)})`, { perKey });
      continue;
    }
    const init = numberText(Number(field.init));
    let size = 1;
    if (field.kind === 'f64s' || field.kind === 'i32s') {
      size = typeof field.size === 'object' ? Number(params[field.size.param]) + (field.size.plus ?? 0) : Number(field.size ?? 1);
      if (!Number.isInteger(size) || size < 1 || size > LIMIT)
        throw new CodeProblem(
          'state-size',
          { line: 1, column: 0 },
          `State '${name}' would have ${size} elements; allowed are 1 to ${LIMIT}.`,
          `状态“${name}”将有 ${size} 个元素；允许 1 到 ${LIMIT}。`,
        );
    }
    layout.add(node.id, name, field.kind, init, { size, perKey });
  }
}

/** Declarations of all state, growth by key, save and load. */
export function layoutText(
  layout: Layout,
  blocks: Readonly<Record<string, { readonly block: string; readonly stateVersion: number }>>,
  migrations: readonly { readonly node: string; readonly fn: string }[],
  wakes: readonly Cell[],
  /** What else is kept by key. */
  beside?: { readonly grow: string; readonly clear: string },
): string[] {
  const { counts, cells } = layout;
  const arrays = cells.filter((c) => c.kind === 'f64s' || c.kind === 'i32s');
  const jsons = cells.filter((c) => c.kind === 'json');
  const scalars = cells.filter((c) => c.kind === 'f64' || c.kind === 'i32');
  const type = (c: Cell) => (c.kind === 'f64s' ? 'Float64Array' : 'Int32Array');
  const fill = (c: Cell) => (c.init === '0' ? '' : `.fill(${c.init})`);
  const out: string[] = [];
  const beginOf = (arena: 'F' | 'I', name: string) => {
    const texts = scalars.filter((c) => arenaOf(c.kind, c.perKey) === arena).map((c) => (c.seed === undefined ? c.init : '0'));
    return texts.every((init) => init === '0') ? `new ${name}(${texts.length})` : `${name}.of(${texts.join(', ')})`;
  };
  out.push(
    'let $cap = 16; const $keys = [], $keyOf = new Map();',
    `let $FF = new Float64Array($cap * ${counts.F}), $II = new Int32Array($cap * ${counts.I}); const $GF = new Float64Array(${counts.GF}), $GI = new Int32Array(${counts.GI});`,
  );
  for (const c of scalars) if (!c.perKey && c.init !== '0' && c.seed === undefined) out.push(`${cellText(c)} = ${c.init};`);
  for (const c of scalars) if (!c.perKey && c.seed !== undefined) out.push(`${cellText(c)} = $seedOf(${c.seed}, '');`);
  // scalars of a key as they begin; arrays by index of the cell, as objects in their place would cost a name each
  out.push(
    `const $F0 = ${beginOf('F', 'Float64Array')}, $I0 = ${beginOf('I', 'Int32Array')}, $A = [], $AA = ${JSON.stringify(arrays.map((c) => [c.index, c.size, c.perKey]))};`,
  );
  for (const c of arrays) {
    out.push(`$A[${c.index}] = new ${type(c)}(${c.perKey ? '$cap * ' : ''}${c.size})${fill(c)}; const $V${c.index} = [];`);
    if (!c.perKey) out.push(`$V${c.index}.push($A[${c.index}]);`);
  }
  for (const c of jsons) out.push(`const $J${c.index} = [];${c.perKey ? '' : ` $J${c.index}.push(${c.init});`}`);
  out.push(`const $JJ = [${jsons.map((c) => `$J${c.index}`).join(', ')}];`);
  out.push('function $grow(n) {', '  while ($cap < n) $cap *= 2;');
  out.push(
    `  { const o = $FF; $FF = new Float64Array($cap * ${counts.F}); $FF.set(o); } { const o = $II; $II = new Int32Array($cap * ${counts.I}); $II.set(o); }`,
  );
  for (const c of arrays)
    if (c.perKey)
      out.push(
        `  { const o = $A[${c.index}]; $A[${c.index}] = new ${type(c)}($cap * ${c.size})${fill(c)}; $A[${c.index}].set(o); for (let i = 0; i < $V${c.index}.length; i++) $V${c.index}[i] = $A[${c.index}].subarray(i * ${c.size}, (i + 1) * ${c.size}); }`,
      );
  for (const w of wakes) out.push(`  $T${w.index}.grow($cap);`);
  if (beside) out.push(`  ${beside.grow}`);
  out.push('}');
  out.push(
    'function $key(name) {',
    '  const known = $keyOf.get(name); if (known !== undefined) return known;',
    '  const $k = $keys.length; $keys.push(name); $keyOf.set(name, $k); if ($k >= $cap) $grow($k + 1);',
    `  const $F = $FF, $I = $II, $kf = $k * ${counts.F}, $ki = $k * ${counts.I};`,
  );
  out.push('  $F.set($F0, $kf); $I.set($I0, $ki);');
  for (const c of scalars) if (c.perKey && c.seed !== undefined) out.push(`  ${cellText(c)} = $seedOf(${c.seed}, name);`);
  for (const c of arrays)
    if (c.perKey) out.push(`  $V${c.index}.push($A[${c.index}].subarray($k * ${c.size}, ($k + 1) * ${c.size}));`);
  for (const c of jsons) if (c.perKey) out.push(`  $J${c.index}.push(${c.init});`);
  out.push('  return $k;', '}');

  // a saved state names its fields: node.field:kind:size, so that another version finds them
  const names = (list: readonly Cell[]) => JSON.stringify(list.map((c) => [c.node, c.field]));
  const list = (kind: 'F' | 'I' | 'GF' | 'GI') => names(scalars.filter((c) => arenaOf(c.kind, c.perKey) === kind));
  out.push(
    `const $layout = { F: ${list('F')}, I: ${list('I')}, GF: ${list('GF')}, GI: ${list('GI')}, A: ${JSON.stringify(arrays.map((c) => [c.node, c.field, c.kind, c.size, c.perKey]))}, J: ${JSON.stringify(jsons.map((c) => [c.node, c.field, c.perKey]))} };`,
  );
  out.push(
    `const $blocks = ${JSON.stringify(Object.fromEntries(Object.entries(blocks).map(([id, b]) => [id, [b.block, b.stateVersion]])))};`,
  );
  out.push(
    'function $save() { const n = $keys.length; return {',
    `  format: 1, keys: $keys.slice(), clock: $clk, layout: $layout, blocks: $blocks, F: $FF.slice(0, n * ${counts.F}), I: $II.slice(0, n * ${counts.I}), GF: $GF.slice(), GI: $GI.slice(),`,
    '  A: $AA.map(([i, size, perKey]) => (perKey ? $A[i].slice(0, n * size) : $A[i].slice())), J: $JJ }; }',
  );
  out.push(
    'function $load(s) {',
    "  if (!s || s.format !== 1) throw new Error('this state is of a format that the program does not know');",
    '  $keys.length = 0; $keyOf.clear();',
    beside ? `  ${beside.clear}` : '',
    ...arrays
      .filter((c) => c.perKey)
      .map(
        (c) => `  $V${c.index}.length = 0;${c.init === '0' ? ` $A[${c.index}].fill(0);` : ` $A[${c.index}].fill(${c.init});`}`,
      ),
    ...jsons.filter((c) => c.perKey).map((c) => `  $J${c.index}.length = 0;`),
    '  $FF.fill(0); $II.fill(0);',
    ...scalars
      .filter((c) => !c.perKey)
      .map((c) => `  ${cellText(c)} = ${c.seed === undefined ? c.init : `$seedOf(${c.seed}, '')`};`),
    ...arrays.filter((c) => !c.perKey).map((c) => `  $A[${c.index}].fill(${c.init});`),
    ...jsons.filter((c) => !c.perKey).map((c) => `  $J${c.index}[0] = ${c.init};`),
    '  for (const k of s.keys) $key(k);',
    '  $clk = s.clock; const n = s.keys.length, $F = $FF, $I = $II;',
    '  const keeps = (node) => $blocks[node] && s.blocks[node] && $blocks[node][0] === s.blocks[node][0] && $blocks[node][1] === s.blocks[node][1];',
    '  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);',
    '  const all = same($layout, s.layout) && same($blocks, s.blocks);',
    '  if (all) { $F.set(s.F); $I.set(s.I); $GF.set(s.GF); $GI.set(s.GI); } else {',
    '    for (const [arena, mine, perKey] of [["F", $F, 1], ["I", $I, 1], ["GF", $GF, 0], ["GI", $GI, 0]]) {',
    '      const to = $layout[arena], from = s.layout[arena], theirs = s[arena], rows = perKey ? n : 1;',
    '      to.forEach(([node, field], j) => { if (!keeps(node)) return; const i = from.findIndex((x) => x[0] === node && x[1] === field); if (i >= 0) for (let k = 0; k < rows; k++) mine[k * to.length + j] = theirs[k * from.length + i]; });',
    '    }',
    '  }',
    '  const put = (spec, copy) => { const i = s.layout.A.findIndex((x) => same(x, spec)); if (keeps(spec[0]) && i >= 0) copy(s.A[i]); };',
    '  $AA.forEach(([at], i) => { if (all) $A[at].set(s.A[i]); else put($layout.A[i], (a) => $A[at].set(a)); });',
    '  const putJson = (spec, mine) => { const i = s.layout.J.findIndex((x) => same(x, spec)); if (keeps(spec[0]) && i >= 0) for (let k = 0; k < s.J[i].length; k++) mine[k] = s.J[i][k]; };',
    '  $JJ.forEach((mine, i) => putJson($layout.J[i], mine));',
    ...migrations.map((m) => `  $migrate(s, ${JSON.stringify(m.node)}, ${m.fn});`),
    ...wakes.map((w) => `  $T${w.index}.rebuild();`),
    '}',
  );
  if (migrations.length > 0) {
    const setters = (c: Cell) => {
      const set =
        c.kind === 'json'
          ? `$J${c.index}[${c.perKey ? '$k' : 0}] = v`
          : c.kind === 'f64s' || c.kind === 'i32s'
            ? `$V${c.index}[${c.perKey ? '$k' : 0}].set(v)`
            : `${cellText(c)} = v`;
      return `${JSON.stringify(c.field)}: ($k, v) => { const $F = $FF, $I = $II, $kf = $k * ${counts.F}, $ki = $k * ${counts.I}; ${set}; }`;
    };
    out.push(
      `const $set = { ${migrations.map((m) => `${JSON.stringify(m.node)}: { ${layout.of(m.node).map(setters).join(', ')} }`).join(', ')} };`,
      '/* state of another version of the block: its own `migrate` turns each key over */',
      'function $migrate(s, node, fn) {',
      '  const was = s.blocks[node], is = $blocks[node]; if (!was || !is || was[0] !== is[0] || was[1] === is[1]) return;',
      '  for (let k = 0; k < s.keys.length; k++) {',
      '    const old = {};',
      '    for (const arena of ["F", "I"]) s.layout[arena].forEach(([n, f], i) => { if (n === node) old[f] = s[arena][k * s.layout[arena].length + i]; });',
      '    s.layout.A.forEach(([n, f, , size, perKey], i) => { if (n === node) old[f] = perKey ? s.A[i].slice(k * size, (k + 1) * size) : s.A[i].slice(); });',
      '    s.layout.J.forEach(([n, f, perKey], i) => { if (n === node) old[f] = s.J[i][perKey ? k : 0]; });',
      '    // what the platform keeps for the block stays as it is: its timer, its random numbers, whether its alarm stands',
      '    for (const f of ["$wake", "$random", "$alarm"]) if (f in old && $set[node][f]) $set[node][f](k, old[f]);',
      '    for (const f in old) if (f[0] === "$") delete old[f];',
      '    const made = fn(was[1], old) || {};',
      '    for (const f in made) { const set = f[0] !== "$" && $set[node][f]; if (set && made[f] !== undefined) set(k, made[f]); }',
      '  }',
      '}',
    );
  }
  return out.filter((line) => line !== '');
}
