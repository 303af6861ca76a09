import { isNumber } from './buffers.ts';
import { columnOf, outputColumns, type Plan, type PlanNode } from './plan.ts';
import type { Value } from './values.ts';

/**
 * Probes of an instrumented program: the last value of every column on every wire, per key, in arrays of their own. A row costs some stores;
 * objects are made once a step, for the wires that rows came over.
 */
interface Wire {
  readonly node: PlanNode;
  readonly port: string;
  /** Name in the program. */
  readonly text: string;
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
}

const wireOf = (node: PlanNode, port: string): Wire => {
  const schema = outputColumns(node, port);
  return {
    node,
    port,
    text: `$w${node.i}_${Object.keys(node.facts.outputs).indexOf(port)}`,
    columns: Object.keys(schema.columns).map((name) => ({
      name,
      numeric: schema.kind !== 'frame' && isNumber(columnOf(schema, name)),
    })),
  };
};
const wires = (plan: Plan): Wire[] => plan.nodes.flatMap((n) => Object.keys(n.facts.outputs).map((port) => wireOf(n, port)));

/** Statements that note one row; `key`, `time` and the values are texts. */
export function noteText(node: PlanNode, port: string, key: string, time: string, value: (name: string) => Value): string {
  const { text, columns } = wireOf(node, port);
  const sets = columns.map(({ name }, j) => {
    const { v, q } = value(name);
    return `${text}.v${j}[$p] = ${v}; ${text}.q${j}[$p] = ${q};`;
  });
  return `{ const $p = ${key}; if ($p >= ${text}.now.length) ${text}_room(); if (${text}.now[$p] === 0) { ${text}.now[$p] = 1; ${text}.keys.push($p); } ${text}.time[$p] = ${time}; ${text}.count[$p]++; ${sets.join(' ')} }`;
}

export function probeDeclarations(plan: Plan): string[] {
  return wires(plan).flatMap(({ text, columns }) => {
    const arrays = [
      ...(['now:Uint8Array', 'time:Float64Array', 'count:Float64Array'] as const).map((f) => f.split(':') as [string, string]),
      ...columns.flatMap(({ numeric }, j): [string, string][] => [
        ...(numeric ? [[`v${j}`, 'Float64Array'] as [string, string]] : []),
        [`q${j}`, 'Uint8Array'],
      ]),
    ];
    const boxed = columns.flatMap(({ numeric }, j) => (numeric ? [] : [`, v${j}: []`])).join('');
    const grow = arrays.map(([f, type]) => `{ const o = w.${f}; w.${f} = new ${type}($cap); w.${f}.set(o); }`).join(' ');
    return [
      `const ${text} = { keys: [], ${arrays.map(([f, type]) => `${f}: new ${type}(0)`).join(', ')}${boxed} };`,
      `function ${text}_room() { const w = ${text}; ${grow} }`,
    ];
  });
}

/** Statements at the end of a step: `result.probes`. */
export function probeResults(plan: Plan): string[] {
  const each = wires(plan).map(({ node, port, text, columns }) => {
    const values = columns.map(
      ({ name, numeric }, j) =>
        `${JSON.stringify(name)}: { v: ${numeric ? `${text}.v${j}[k]` : `$copy(${text}.v${j}[k])`}, q: ${text}.q${j}[k] }`,
    );
    return `  for (const k of ${text}.keys) { ${text}.now[k] = 0; result.probes.push({ node: ${JSON.stringify(node.id)}, port: ${JSON.stringify(port)}, key: $keys[k], time: ${text}.time[k], count: ${text}.count[k], values: { ${values.join(', ')} } }); } ${text}.keys.length = 0;`;
  });
  return ['  result.probes = [];', ...each];
}
