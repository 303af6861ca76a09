import type { ColumnType } from '#runtime/batch/schema.ts';
import { parseExpression } from './expression.ts';
import { substitute } from './expression-text.ts';
import { type ExpressionType, typeOf } from './expression-types.ts';
import type { ExpressionFacts, ExpressionName, InputFacts } from './facts.ts';
import type { BlockManifest } from './manifest.ts';
import type { ParameterValues } from './params.ts';
import type { GraphProblem } from './problem.ts';
import { expressionName, expressionProblem } from './problems.ts';

/** What names mean in a node's expressions, and the check of an expression against the wires that enter it. */

const KINDS: Readonly<Partial<Record<ColumnType, ExpressionType>>> = {
  number: 'number',
  integer: 'number',
  time: 'number',
  boolean: 'boolean',
  text: 'text',
};

/** `value` with one input, `a` or `a.column` with several; undefined when there is no such column. */
export function resolveName(
  manifest: BlockManifest,
  inputs: Readonly<Record<string, InputFacts>>,
  name: string,
): ExpressionName | undefined {
  if (manifest.shape === 'each') {
    const input = inputs.in;
    if (input && Object.hasOwn(input.schema.columns, name)) return { name, port: 'in', column: name };
    const bound = input?.columns[name];
    return bound?.on ? { name, port: 'in', column: bound.on, logical: name } : undefined;
  }
  const dot = name.indexOf('.');
  const port = dot < 0 ? name : name.slice(0, dot);
  const input = inputs[port];
  if (!input || input.wires.length === 0) return undefined;
  const own = Object.keys(input.columns);
  const wanted = dot < 0 ? (own.includes('value') ? 'value' : own.length === 1 ? own[0] : undefined) : name.slice(dot + 1);
  if (wanted === undefined) return undefined;
  const bound = input.columns[wanted];
  if (bound?.on) return { name, port, column: bound.on, logical: wanted };
  return Object.hasOwn(input.schema.columns, wanted) ? { name, port, column: wanted } : undefined;
}

/** Names that an expression of this node may use. */
export function availableNames(manifest: BlockManifest, inputs: Readonly<Record<string, InputFacts>>): string[] {
  if (manifest.shape === 'each') return Object.keys(inputs.in?.schema.columns ?? {});
  return Object.entries(inputs)
    .filter(([, input]) => input.wires.length > 0)
    .flatMap(([port, input]) => {
      const others = Object.keys(input.schema.columns).filter((c) => c !== 'value');
      return [...(resolveName(manifest, inputs, port) ? [port] : []), ...others.map((c) => `${port}.${c}`)];
    });
}

export function checkExpression(
  node: string,
  path: string,
  text: string,
  manifest: BlockManifest,
  inputs: Readonly<Record<string, InputFacts>>,
  values: ParameterValues,
  report: (problem: GraphProblem) => void,
): ExpressionFacts | undefined {
  const parsed = parseExpression(text);
  if (!parsed.ok) {
    report(expressionProblem(node, path, parsed.code, parsed.message, parsed.column));
    return undefined;
  }
  const resolved = new Map<string, ExpressionName>();
  let good = true;
  for (const name of [...parsed.names, ...parsed.handled]) {
    const found = resolveName(manifest, inputs, name);
    if (found) resolved.set(name, found);
    else if (!Object.hasOwn(values, name)) {
      good = false;
      const column = text.search(new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}(?!\\w)`));
      report(
        expressionName(
          node,
          path,
          name,
          [...availableNames(manifest, inputs), ...Object.keys(values)],
          column < 0 ? undefined : column + 1,
        ),
      );
    }
  }
  if (!good) return undefined;
  const ast = substitute(parsed.ast, (name) => (resolved.has(name) ? undefined : values[name]));
  const type = typeOf(ast, (name) => {
    const at = resolved.get(name);
    const column = at && inputs[at.port]?.schema.columns[at.column];
    return (column && KINDS[column.type]) ?? 'any';
  });
  if (typeof type !== 'string') {
    report(expressionProblem(node, path, 'expression-type', type.message));
    return undefined;
  }
  const pick = (names: readonly string[]) => names.flatMap((name) => resolved.get(name) ?? []);
  return { path, ast, names: pick(parsed.names), handled: pick(parsed.handled) };
}
