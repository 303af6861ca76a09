import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { type Compile, InstanceProblem } from './prepare.ts';

/** Compiles with the catalogue of this release; the first error says where. */
export const compileApp: Compile = async ({ graph, graphHash, parameters, instrumented }) => {
  const made = await compileGraph(graph, { catalogue: loadCatalogue(), parameters, graphHash, instrumented });
  if (made.ok) return made.program;
  const first = made.problems.find((p) => p.severity === 'error');
  throw new InstanceProblem('COMPILE', first?.message.en ?? 'the graph does not compile', {
    node: first?.node,
    line: first?.line,
  });
};
