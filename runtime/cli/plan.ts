import { readFile } from 'node:fs/promises';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { checkApp, planGraph } from '#runtime/compile/compile.ts';
import { printPlan } from '#runtime/compile/plan.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { problemLine, Refused } from './outcome.ts';

/** The plan of a graph for a person; throws `Refused` with every problem. */
export async function plan(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Refused([`${file}: there is no such file`]);
  });
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(parsed.problems.map((p) => problemLine(file, p)));
  const catalogue = loadCatalogue();
  const check = checkApp(parsed.document, catalogue);
  const refused = check.problems.filter((p) => p.severity === 'error');
  if (refused.length > 0) throw new Refused(refused.map((p) => problemLine(file, p)));
  const planned = planGraph(check, { catalogue });
  if (!planned.ok) throw new Refused(planned.problems.map((p) => problemLine(file, p)));
  return printPlan(planned.plan);
}
