import { readFile } from 'node:fs/promises';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import type { Program } from '#runtime/step/contract.ts';
import { problemLine, Refused } from './outcome.ts';
import { parametersOf } from './parameters.ts';

/** A graph file -> program; throws `Refused` with every problem, a line each. */
export async function compileFile(
  file: string,
  parameters: readonly string[],
): Promise<{ program: Program; document: GraphDocument }> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Refused([`${file}: there is no such file`]);
  });
  return compileText(file, text, parameters);
}

/** The same of a graph that is at hand already; `file` is what refusals name. */
export async function compileText(
  file: string,
  text: string,
  parameters: readonly string[],
): Promise<{ program: Program; document: GraphDocument }> {
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(parsed.problems.map((p) => problemLine(file, p)));
  const values = parametersOf(parsed.document.parameters, parameters);
  const compiled = await compileGraph(parsed.document, {
    catalogue: loadCatalogue(),
    parameters: values,
    graphHash: await sha256(text),
  });
  if (!compiled.ok) throw new Refused(compiled.problems.map((p) => problemLine(file, p)));
  return { program: compiled.program, document: parsed.document };
}
