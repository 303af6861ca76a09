import { type Node, parse, type Token } from 'acorn';
import type { Line } from './values.ts';

/**
 * Functions that differ only in names, numbers and texts become one, which is told these when it is called.
 *
 * An app that does the same to many tags has a loop for each. V8 compiles every one of them, twice, and all at the same step, as they have run
 * equally often: a stream stands for seconds (300 loops: 2 s of CPU). Shared, they are compiled once, after a step or two.
 */
export interface TextFunction {
  readonly name: string;
  /** `function name(…) {` or `const name = (function (…) {`, its body, its end. */
  readonly lines: readonly Line[];
}
/** How a function is called now: its name, and the text that stands before its own arguments. */
export interface SharedCall {
  readonly name: string;
  /** What the function is told of this member; `at` in the list `list`. */
  readonly told?: { readonly list: string; readonly at: number };
}

/** Fewer are not worth a word: what is told costs a load where it was part of the code. */
const FEWEST = 4;
const CALL = /\$(?:emit|fire|alarm|meet)\d+(?:_\d+)?(?=\()/g;
const CALLING = new RegExp(`${CALL.source}\\(`, 'g');
const VARYING = /(\d+(?:\.\d+)?(?:e[+-]?\d+)?|"(?:[^"\\]|\\.)*")/;

interface Candidate extends TextFunction {
  readonly text: string;
}

export class SharedFunctions {
  readonly lines: Line[] = [];
  /** What each member is told; to stand behind everything that it names. */
  readonly lists: Line[] = [];
  readonly #calls = new Map<string, SharedCall>();
  #count = 0;

  readonly #fewest: number;

  constructor(functions: readonly TextFunction[], fewest = FEWEST) {
    this.#fewest = fewest;
    const byName = new Map(functions.map((f) => [f.name, f]));
    const depths = new Map<string, number>();
    const depthOf = (f: TextFunction): number => {
      const known = depths.get(f.name);
      if (known !== undefined) return known;
      depths.set(f.name, 0);
      const called = f.lines.flatMap((line) => textOf(line).match(CALL) ?? []).flatMap((name) => byName.get(name) ?? []);
      const depth = called.length === 0 ? 0 : 1 + Math.max(...called.map(depthOf));
      depths.set(f.name, depth);
      return depth;
    };
    const levels = Map.groupBy(functions, depthOf);
    // whoever is called first: the same loop calls the same functions, then
    for (const depth of [...levels.keys()].sort((a, b) => a - b)) this.#level(levels.get(depth) ?? []);
  }

  call(name: string): SharedCall {
    return this.#calls.get(name) ?? { name };
  }

  #level(functions: readonly TextFunction[]): void {
    const candidates = functions.map((f): Candidate => {
      const lines = f.lines.map((line) => this.calling(line));
      return { name: f.name, lines, text: lines.map(textOf).join('\n') };
    });
    for (const length of Map.groupBy(candidates, (c) => c.lines.length).values()) {
      const enough = length.length >= this.#fewest;
      for (const group of enough ? Map.groupBy(length, (c) => skeleton(c.text)).values() : [length]) {
        const shared = group.length >= this.#fewest && this.#share(group);
        if (!shared) for (const c of group) this.lines.push(...c.lines);
      }
    }
  }
  /** A line with its calls of functions that are shared. */
  calling(line: Line): Line {
    const text = textOf(line);
    if (this.#calls.size === 0 || !text.includes('$')) return line;
    const calling = text.replace(CALLING, (call) => {
      const { name, told } = this.call(call.slice(0, -1));
      return told ? `${name}(${told.list}[${told.at}], ` : call;
    });
    return typeof line === 'string' ? calling : { ...line, text: calling };
  }

  #share(group: readonly Candidate[]): boolean {
    const [first] = group;
    if (!first) return false;
    const members = group.map((c) => c.text.split(VARYING));
    const tokens: Token[] = [];
    const tree = parse(first.text, { ecmaVersion: 'latest', onToken: tokens });
    const { declared, assigned, keys } = names(tree);
    const holes = new Holes(members);
    const edits: { start: number; end: number; text: string }[] = [];
    for (const token of tokens) {
      const values = holes.at(token.start, token.end);
      const own = first.text.slice(token.start, token.end);
      if (own === first.name) continue;
      const kind = token.type.label;
      const named = kind === 'name' && own.startsWith('$');
      if (named && !holes.names(own, values)) return false;
      if (!values || (named && declared.has(own))) continue;
      // a key of an object is no value
      if (keys.has(token.start) || (named ? assigned.has(own) : kind !== 'num' && kind !== 'string')) return false;
      edits.push({ start: token.start, end: token.end, text: `$h${holes.hole(values)}` });
    }
    if (holes.seen < holes.different) return false;
    this.#write(group, edits, holes);
    return true;
  }

  #write(group: readonly Candidate[], edits: readonly { start: number; end: number; text: string }[], holes: Holes): void {
    const name = `$same${this.#count++}`;
    const list = `${name}_`;
    const [first] = group as [Candidate];
    let at = 0;
    for (const [j, line] of first.lines.entries()) {
      const text = textOf(line);
      let out = '';
      let from = at;
      for (const { start, end, text: hole } of edits) {
        if (start < at || end > at + text.length) continue;
        out += first.text.slice(from, start) + hole;
        from = end;
      }
      out += first.text.slice(from, at + text.length);
      at += text.length + 1;
      if (j === 0) {
        const head = out.replace(first.name, name).replace(/(function [^(]*\()/, '$1$$h, ');
        const told = holes.list.map((_, h) => `$h${h} = $h[${h}]`).join(', ');
        this.lines.push(head, `const $member = $h[${holes.list.length}]${told === '' ? '' : `, ${told}`};`);
      } else if (typeof line === 'string') this.lines.push(out);
      else
        this.lines.push({
          ...line,
          text: out,
          nodes: group.map((member) => {
            const own = member.lines[j];
            return own === undefined || typeof own === 'string' ? '' : own.node;
          }),
        });
    }
    this.lists.push(`const ${list} = [`);
    for (const [m, member] of group.entries()) {
      this.lists.push(`[${[...holes.list.map((values) => values[m]), m].join(', ')}],`);
      this.#calls.set(member.name, { name, told: { list, at: m } });
    }
    this.lists.push('];');
  }
}

/** What differs between texts that are otherwise the same, by place in the first of them. */
class Holes {
  /** Values of each hole, a member each. */
  readonly list: string[][] = [];
  /** Pieces that differ and lay in a token. */
  seen = 0;
  readonly #members: readonly (readonly string[])[];
  readonly #starts: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #differs: readonly boolean[];
  /** Name of the first member -> names of all. */
  readonly #names = new Map<string, string>();
  #piece = 0;

  constructor(members: readonly (readonly string[])[]) {
    this.#members = members;
    let at = 0;
    for (const piece of members[0] ?? []) {
      this.#starts.push(at);
      at += piece.length;
    }
    this.#differs = (members[0] ?? []).map((piece, i) => i % 2 === 1 && members.some((m) => m[i] !== piece));
  }
  get different(): number {
    return this.#differs.filter(Boolean).length;
  }
  /** Each member's text of a token of the first; undefined when it is the same. Tokens are asked for in their order. */
  at(start: number, end: number): string[] | undefined {
    const pieces = this.#members[0] ?? [];
    while ((this.#starts[this.#piece + 1] ?? Infinity) <= start) this.#piece++;
    let last = this.#piece;
    while ((this.#starts[last + 1] ?? Infinity) < end) last++;
    let different = 0;
    for (let i = this.#piece; i <= last; i++) if (this.#differs[i]) different++;
    if (different === 0) return undefined;
    this.seen += different;
    const head = start - (this.#starts[this.#piece] ?? 0);
    const tail = (this.#starts[last] ?? 0) + (pieces[last]?.length ?? 0) - end;
    return this.#members.map((m) => {
      const text = m.slice(this.#piece, last + 1).join('');
      return text.slice(head, text.length - tail);
    });
  }
  /** Whether a name stands for the same name of each member wherever it stands; `values` absent = for itself. */
  names(own: string, values: readonly string[] | undefined): boolean {
    const all = values?.join(' ') ?? own;
    const known = this.#names.get(own) ?? all;
    this.#names.set(own, known);
    return known === all;
  }
  hole(values: string[]): number {
    const key = values.join(' ');
    let at = this.#known.get(key);
    if (at === undefined) {
      at = this.list.length;
      this.#known.set(key, at);
      this.list.push(values);
    }
    return at;
  }
}

const textOf = (line: Line): string => (typeof line === 'string' ? line : line.text);
const skeleton = (text: string): string =>
  text
    .split(VARYING)
    .map((piece, i) => (i % 2 === 1 ? '#' : piece))
    .join('');

/** Names that a text declares, names that it sets, and where the keys of its objects stand. */
function names(tree: Node): { declared: Set<string>; assigned: Set<string>; keys: Set<number> } {
  const declared = new Set<string>();
  const assigned = new Set<string>();
  const keys = new Set<number>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const child of value) visit(child);
      return;
    }
    if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return;
    const node = value as Node & Record<string, unknown>;
    const name = (child: unknown): string | undefined =>
      (child as { type?: string; name?: string } | null)?.type === 'Identifier' ? (child as { name: string }).name : undefined;
    const note = (to: Set<string>, child: unknown) => {
      const own = name(child);
      if (own !== undefined) to.add(own);
    };
    if (node.type === 'VariableDeclarator') note(declared, node.id);
    if (node.type === 'CatchClause') note(declared, node.param);
    if (node.type === 'LabeledStatement') note(declared, node.label);
    if (/Function/.test(node.type)) {
      note(declared, node.id);
      for (const param of node.params as unknown[]) note(declared, param);
    }
    if ((node.type === 'Property' || node.type === 'MethodDefinition') && !node.computed) keys.add((node.key as Node).start);
    if (node.type === 'AssignmentExpression') note(assigned, node.left);
    if (node.type === 'UpdateExpression') note(assigned, node.argument);
    for (const child of Object.values(node)) visit(child);
  };
  visit(tree);
  return { declared, assigned, keys };
}
