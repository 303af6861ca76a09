import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { fixtureCatalogue } from '#runtime/compile/fixtures/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { InstanceProblem } from '../instance-problem.ts';
import type { Compile } from '../prepare.ts';

const title = { en: 'signal', zh: '信号' };
const node = (id: string, block: string, params: Record<string, unknown> = {}, bind?: Record<string, string>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
  ...(bind ? { bind } : {}),
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const out = (name: string, from: string) => ({ name, from: { node: from, port: 'out' } });

/** What is hard to keep exact: a join of three inputs, a window, a timer with random numbers, a Pareto of frames, an alarm, an effect. */
export const proofGraph: GraphDocumentInput = {
  format: 1,
  roles: ['a', 'b', 'c'].map((name) => ({ name, title, type: 'number' as const })),
  nodes: [
    ...['a', 'b', 'c'].map((name) => node(name, 'source.tag', { role: name })),
    node('join', 'series.join'),
    node('window', 'series.window', { seconds: 0.5, mode: 'tumbling', idle: 0.2 }),
    node('timer', 'fixture.idle', { seconds: 0.05 }),
    node('table', 'fixture.collect', {}, { value: 'a' }),
    node('pareto', 'fixture.pareto', {}, { value: 'a' }),
    node('high', 'series.compare', { high: 7, hysteresis: 1 }),
    node('alarm', 'alarm.raise', { priority: 2, text: { en: 'High', zh: '高' } }, { condition: 'on' }),
    node('tell', 'notify.send', { text: { en: 'High', zh: '高' }, interval: 0 }, { condition: 'on' }),
  ],
  wires: [
    wire('a', 'join', 'a'),
    wire('b', 'join', 'b'),
    wire('c', 'join', 'c'),
    wire('a', 'window'),
    wire('b', 'timer'),
    wire('join', 'table'),
    wire('table', 'pareto'),
    wire('c', 'high'),
    wire('high', 'alarm'),
    wire('high', 'tell'),
  ],
  outputs: [
    out('joined', 'join'),
    out('windowed', 'window'),
    out('timed', 'timer'),
    out('pareto', 'pareto'),
    out('alarm', 'alarm'),
    out('told', 'tell'),
  ],
};

let catalogue: Promise<ProgramCatalogue> | undefined;
/** First-party blocks, and the compiler's own fixtures where there is no first-party block of that kind yet. */
async function proofCatalogue(): Promise<ProgramCatalogue> {
  const fixtures = await fixtureCatalogue();
  const first = loadCatalogue();
  return {
    ...first,
    block: (id, version) => fixtures.block(id, version) ?? first.block(id, version),
    versions: (id) => [...fixtures.versions(id), ...first.versions(id)],
    ids: () => [...fixtures.ids(), ...first.ids()],
    source: (id, version) => fixtures.source(id, version) ?? first.source(id, version),
  };
}

export const compileProof: Compile = async ({ graph, graphHash, parameters, instrumented }) => {
  catalogue ??= proofCatalogue();
  const made = await compileGraph(graph, { catalogue: await catalogue, parameters, graphHash, instrumented });
  if (made.ok) return made.program;
  const text = JSON.stringify(made.problems.map((p) => [p.node, p.message.en]));
  throw new InstanceProblem('COMPILE', { en: text, zh: text });
};
