import type { Program } from '#runtime/step/contract.ts';

export type SandboxErrorCode =
  | 'TIMEOUT' // stopped by the CPU limit
  | 'MEMORY' // ended by the memory limit
  | 'THREW' // an error that no block caught
  | 'OUTPUT_LIMIT' // too many rows, effects or bytes
  | 'OUTPUT_KIND' // a value that cannot leave, a promise
  | 'BAD_PROGRAM' // does not compile or has no entries
  | 'STUCK' // cannot be interrupted: the process must be replaced
  | 'DISPOSED';

/** Where a program failed. `node` and `line` are known when the stack or a traced run names them. */
export class SandboxError extends Error {
  readonly code: SandboxErrorCode;
  readonly node?: string;
  readonly block?: string;
  readonly line?: number;
  constructor(code: SandboxErrorCode, message: string, where: { node?: string; block?: string; line?: number } = {}) {
    super(message);
    this.name = 'SandboxError';
    this.code = code;
    if (where.node) this.node = where.node;
    if (where.block) this.block = where.block;
    if (where.line !== undefined) this.line = where.line;
  }
}

/** Text given to V8 as the program's file name; stack lines that name it are the program's. */
export const PROGRAM_FILE = 'program';

/** Line of the program text (1-based) -> node, block and line of the block's own source. `member`: which of several nodes that share the text. */
export function placeOf(
  map: Program['map'],
  line: number,
  member?: number,
): { node: string; block: string; line?: number } | undefined {
  const range = map.find((r) => r.from <= line && line <= r.to);
  if (!range) return undefined;
  const node = member === undefined ? range.node : (range.nodes?.[member] ?? range.node);
  return { node, block: range.block, ...(range.line > 0 ? { line: range.line + (line - range.from) } : {}) };
}

/** The innermost stack line that stands in a block. */
export function placeInStack(
  map: Program['map'],
  stack: string,
  member?: number,
): { node: string; block: string; line?: number } | undefined {
  for (const [, line] of stack.matchAll(new RegExp(`${PROGRAM_FILE}:(\\d+):\\d+`, 'g'))) {
    const place = placeOf(map, Number(line), member);
    if (place) return place;
  }
  return undefined;
}
