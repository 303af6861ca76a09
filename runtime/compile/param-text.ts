import { toJavaScript } from '#runtime/graph/expression-text.ts';
import { literalText } from './layout.ts';
import type { PlanNode } from './plan.ts';
import type { Value } from './values.ts';

/** Parameters as text: literals where they stand, lists and objects as constants before the loops. */
export class ParamWriter {
  readonly #constants: Map<string, string>;

  constructor(constants: Map<string, string>) {
    this.#constants = constants;
  }

  /** One parameter as a value; undefined = there is none of that name. */
  one(node: PlanNode, name: string): string | undefined {
    const { params, expressions } = node.facts;
    if (!Object.hasOwn(params, name)) {
      const known = node.manifest.params.properties;
      return known && Object.hasOwn(known, name) ? 'undefined' : undefined;
    }
    const value = params[name];
    if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
      return literalText(value);
    if (expressions.some((e) => e.path === name || e.path.startsWith(`${name}.`))) return this.#constant(node, name);
    return typeof value === 'string' ? JSON.stringify(value) : this.#constant(node, name);
  }
  #constant(node: PlanNode, name: string): string {
    const text = `$p${node.i}_${name}`;
    if (!this.#constants.has(text)) this.#constants.set(text, this.#paramText(node, node.facts.params[name], name));
    return text;
  }
  all(node: PlanNode): string {
    const text = `$p${node.i}`;
    if (!this.#constants.has(text))
      this.#constants.set(
        text,
        `{ ${Object.entries(node.facts.params)
          .map(([k, v]) => `${JSON.stringify(k)}: ${this.#paramText(node, v, k)}`)
          .join(', ')} }`,
      );
    return text;
  }
  /** A parameter's value as text; expressions in it become functions of the row object. */
  #paramText(node: PlanNode, value: unknown, path: string): string {
    const e = node.facts.expressions.find((x) => x.path === path);
    if (e) {
      const single = node.manifest.shape === 'each';
      const find = (n: string) => [...e.names, ...e.handled].find((y) => y.name === n);
      const read = (n: string): Value => {
        const x = find(n);
        if (single) return { v: `$r.$[${JSON.stringify(n)}][0]`, q: `$r.$[${JSON.stringify(n)}][1]` };
        return {
          v: `$r[${JSON.stringify(x?.port)}][${JSON.stringify(x?.logical ?? x?.column)}]`,
          q: `$r[${JSON.stringify(x?.port)}].quality`,
        };
      };
      return `(($r) => ${toJavaScript(
        e.ast,
        (n) => read(n).v,
        (n) => read(n).q,
      )})`;
    }
    if (Array.isArray(value)) return `[${value.map((v, j) => this.#paramText(node, v, `${path}.${j}`)).join(', ')}]`;
    if (value !== null && typeof value === 'object')
      return `{ ${Object.entries(value)
        .map(([k, v]) => `${JSON.stringify(k)}: ${this.#paramText(node, v, `${path}.${k}`)}`)
        .join(', ')} }`;
    return literalText(value);
  }
}
