import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { InstanceProblem } from './instance-problem.ts';
import type { Compile } from './prepare.ts';

/** Compiles with the catalogue of this release; the first error says where. */
export const compileApp: Compile = async ({ graph, graphHash, parameters, instrumented, timed }) => {
  const made = await compileGraph(graph, {
    catalogue: loadCatalogue(),
    parameters,
    graphHash,
    instrumented,
    timed: timed ?? false,
  });
  if (made.ok) return made.program;
  const first = made.problems.find((p) => p.severity === 'error');
  throw new InstanceProblem('COMPILE', first?.message ?? { en: 'The graph does not compile.', zh: '流程图无法编译。' }, {
    node: first?.node,
    line: first?.line,
  });
};
