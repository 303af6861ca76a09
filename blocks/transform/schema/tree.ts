/** One document as a tree, whatever it was written in. */
export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}
export const node = (name: string, text = '', attributes: Readonly<Record<string, string>> = {}): Node => ({
  name,
  attributes,
  children: [],
  text,
});

interface Step {
  readonly name: string;
  readonly where?: { readonly path: string; readonly value: string };
}
/** `a/b[c/d=x]/@e`: names without prefixes, `*` any, a condition on a path below. */
function stepsOf(path: string): Step[] {
  const parts = path.match(/(?:[^/[]|\[[^\]]*\])+/g) ?? [];
  return parts.map((part) => {
    const m = /^([^[]+)(?:\[([^=\]]+)=([^\]]*)\])?$/.exec(part);
    return { name: m?.[1] ?? part, ...(m?.[2] === undefined ? {} : { where: { path: m[2], value: m[3] ?? '' } }) };
  });
}

export function nodesAt(from: Node, path: string): Node[] {
  let found = [from];
  for (const step of stepsOf(path))
    found = found.flatMap((n) =>
      n.children.filter(
        (c) => (step.name === '*' || c.name === step.name) && (!step.where || textAt(c, c, step.where.path) === step.where.value),
      ),
    );
  return found;
}

/** Text of the first node at the path; `@name` an attribute, a leading `/` from the root. Undefined: there is none. */
export function textAt(root: Node, row: Node, path: string): string | undefined {
  const base = path.startsWith('/') ? root : row;
  const plain = path.startsWith('/') ? path.slice(1) : path;
  if (plain === '' || plain === '.') return base.text.trim();
  const at = plain.lastIndexOf('@');
  if (at >= 0) {
    const owner = nodesAt(base, plain.slice(0, at).replace(/\/$/, ''))[0] ?? (at === 0 ? base : undefined);
    return owner?.attributes[plain.slice(at + 1)];
  }
  return nodesAt(base, plain)[0]?.text.trim();
}
