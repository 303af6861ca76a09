import { type Node, parse } from 'acorn';
import type { Program } from '#runtime/step/contract.ts';

const isMember = (s: Node): boolean =>
  (s as Node & { declarations?: { id: { name?: string } }[] }).declarations?.[0]?.id.name === '$member';

/**
 * The same program, noting before every statement of a block which line it is at. A timeout or an out-of-memory has no stack; the cell, which
 * lives outside the isolate, then still says where it was. Only used to find who is to blame: it is slower.
 */
export function traced(program: Program): string {
  const { text, map } = program;
  const insertions: { at: number; text: string }[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    if (typeof node !== 'object' || node === null || typeof (node as Node).type !== 'string') return;
    const n = node as Node & Record<string, unknown>;
    const statements =
      n.type === 'BlockStatement' || n.type === 'Program' ? n.body : n.type === 'SwitchCase' ? n.consequent : undefined;
    if (Array.isArray(statements)) for (const s of statements as (Node & { directive?: string })[]) note(s);
    for (const [key, child] of Object.entries(n)) if (key !== 'loc') visit(child);
  };
  const note = (s: Node & { directive?: string }): void => {
    const line = s.loc?.start.line;
    // a directive must stay first, a hoisted function is no step
    if (line === undefined || s.directive !== undefined || s.type === 'FunctionDeclaration') return;
    // where nodes alike share the text, which of them it is
    if (isMember(s)) insertions.push({ at: s.end, text: '$mwAt[1]=$member;' });
    if (map.some((r) => r.from <= line && line <= r.to)) insertions.push({ at: s.start, text: `$mwAt[0]=${line};` });
  };
  const prefix = '(';
  visit(parse(`${prefix}${text}\n)`, { ecmaVersion: 'latest', locations: true }));
  insertions.sort((a, b) => a.at - b.at);
  let out = '';
  let from = 0;
  for (const { at, text: inserted } of insertions) {
    const place = at - prefix.length;
    out += text.slice(from, place) + inserted;
    from = place;
  }
  return `(function ($mwAt) { return (${out}${text.slice(from)}\n) })`;
}
