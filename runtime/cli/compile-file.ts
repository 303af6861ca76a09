import { readFile } from 'node:fs/promises';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import type { Program } from '#runtime/step/contract.ts';
import { problemLine, Refused } from './outcome.ts';

/** A graph file -> program; throws `Refused` with every problem, a line each. */
export async function compileFile(
  file: string,
  parameters: Record<string, string>,
): Promise<{ program: Program; document: GraphDocument }> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Refused([`${file}: there is no such file`]);
  });
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(parsed.problems.map((p) => problemLine(file, p)));
  const values = typedParameters(file, parsed.document, parameters);
  const compiled = await compileGraph(parsed.document, {
    catalogue: loadCatalogue(),
    parameters: values,
    graphHash: await sha256(text),
  });
  if (!compiled.ok) throw new Refused(compiled.problems.map((p) => problemLine(file, p)));
  return { program: compiled.program, document: parsed.document };
}

function typedParameters(
  file: string,
  graph: GraphDocument,
  given: Record<string, string>,
): Record<string, number | boolean | string> {
  const values: Record<string, number | boolean | string> = {};
  const wrong: string[] = [];
  for (const [key, text] of Object.entries(given)) {
    const declared = graph.parameters.find((p) => p.key === key);
    if (!declared) {
      const known = graph.parameters.map((p) => p.key).join(', ') || 'none';
      wrong.push(`--param ${key}: ${file} has no such parameter (it has ${known})`);
    } else if (declared.type === 'text') values[key] = text;
    else if (declared.type === 'boolean') {
      if (text === 'true' || text === 'false') values[key] = text === 'true';
      else wrong.push(`--param ${key}: write true or false, not "${text}"`);
    } else if (text.trim() !== '' && Number.isFinite(Number(text))) values[key] = Number(text);
    else wrong.push(`--param ${key}: "${text}" is no number`);
  }
  if (wrong.length > 0) throw new Refused(wrong);
  return values;
}
