import { AnchorsBrokenError } from '#drizzle/audit-anchors.ts';
import { PackageError } from '#marketplace/format/errors.ts';
import { InputError } from '#runtime/files/input-error.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { ProofError } from '#runtime/replay/prove.ts';
import { InstanceProblem } from '#runtime/worker/instance-problem.ts';
import { RunFailed } from '#runtime/worker/run-failed.ts';

/** Exit codes of `mw` (semantics, section 10): 0 done, 1 the run failed, 2 the input or the graph was refused. */
export const DONE = 0;
export const FAILED = 1;
export const REFUSED = 2;

/** The input, the graph or the command was refused; nothing ran. */
export class Refused extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'Refused';
  }
}

/** `graph.json: node filter, parameter when, line 3: message Fix.` */
export const problemLine = (file: string, p: GraphProblem): string => {
  const place = [
    p.node && `node ${p.node}`,
    p.port && `port ${p.port}`,
    p.param && `parameter ${p.param}`,
    p.line && `line ${p.line}`,
    p.column && `column ${p.column}`,
  ].filter(Boolean);
  return `${file}${place.length > 0 ? ` (${place.join(', ')})` : ''}: ${p.message.en}${p.fix ? ` ${p.fix.en}` : ''}`;
};

/** What to print to stderr and which code to leave with. */
export function outcomeOf(error: unknown): { code: number; text: string } {
  if (error instanceof Refused || error instanceof InputError || error instanceof PackageError || error instanceof ProofError)
    return { code: REFUSED, text: error.message };
  if (error instanceof RunFailed || error instanceof InstanceProblem) {
    const { message, node, line } = error instanceof RunFailed ? error.fault : error;
    const place = [node && `node ${node}`, line && `line ${line}`].filter(Boolean).join(', ');
    return { code: REFUSED, text: place ? `${place}: ${message}` : message };
  }
  if (error instanceof AnchorsBrokenError) return { code: FAILED, text: error.message };
  const text = error instanceof Error ? error.message : String(error);
  const where = error instanceof Error && 'node' in error && error.node ? ` (block ${String(error.node)})` : '';
  return { code: FAILED, text: `the run failed${where}: ${text}` };
}
