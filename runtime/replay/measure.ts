import { type Bilingual, type GraphDocument, graphDocument, labelOf } from '#runtime/graph/document.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { ProofCheck, RunResult } from './proof.ts';
import { compileFor, type ProofHost, proveRun } from './prove.ts';

/** What a measuring run is asked: recorded data without expectations, so that a person sees figures to confirm. Kept with the run. */
export interface MeasureRequest {
  readonly mode: 'measure';
  readonly versionId: string;
  readonly graph: string;
  /** Tag role -> name of a file. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Name of a file -> its text. */
  readonly files: Readonly<Record<string, string>>;
}

/** Report of a measuring run: `expected` of each check is 0 and `pass` means nothing yet. */
export interface Measured extends RunResult {
  readonly capabilities: readonly string[];
  readonly proposals: readonly ProofCheck[];
  /** Settings of the graph's blocks: candidates for a change that must turn a figure red. */
  readonly settings: readonly Setting[];
}
export interface Setting {
  readonly node: string;
  readonly label: Bilingual;
  readonly param: string;
  readonly value: number | string;
}

/** Measures every figure of a graph on data, so that a person can confirm those that matter. */
export async function measure(request: MeasureRequest, host: ProofHost): Promise<Measured> {
  const program = await compileFor(request.graph, {}, host);
  const graph = flatDocument(graphDocument.parse(JSON.parse(request.graph)));
  const proposals = figuresOf(program.info, graph);
  const result = await proveRun(
    request.graph,
    program,
    {
      id: 'recorded',
      title: { en: 'On recorded data', zh: '基于记录数据' },
      inputs: { ...request.inputs },
      parameters: {},
      key: 'demo',
      checks: [...proposals],
      falsifiers: [],
    },
    host,
  );
  return { ...result, capabilities: program.info.capabilities, proposals, settings: settingsOf(graph) };
}

/** Numbers and expressions; what names a role, a unit or a form changes what the graph is rather than what it computes. */
function settingsOf(graph: GraphDocument): Setting[] {
  return graph.nodes.flatMap((node) =>
    Object.entries(node.params).flatMap(([param, value]) =>
      typeof value === 'number' || (typeof value === 'string' && /expression|condition|when/.test(param))
        ? [{ node: node.id, label: labelOf(node), param, value }]
        : [],
    ),
  );
}

const STATISTICS = {
  count: { en: 'rows', zh: '行数' },
  mean: { en: 'mean', zh: '平均值' },
  max: { en: 'maximum', zh: '最大值' },
} as const;

/** Rows, mean and maximum of every numeric column of every output; raises of every alarm. */
function figuresOf(info: ProgramInfo, graph: GraphDocument): ProofCheck[] {
  const outputs = info.outputs
    .filter((output) => output.schema.kind === 'stream')
    .flatMap((output) => {
      const title = graph.outputs.find((o) => o.name === output.name)?.title ?? same(output.name);
      const columns = Object.entries(output.schema.columns).filter(([, c]) => c.type === 'number' || c.type === 'integer');
      return columns.flatMap(([column]) =>
        (Object.keys(STATISTICS) as (keyof typeof STATISTICS)[]).map(
          (statistic): ProofCheck => ({
            kind: 'output',
            id: slugOf(`${output.name}-${column}-${statistic}`),
            title: {
              en: `${title.en}${columns.length > 1 ? ` (${column})` : ''}, ${STATISTICS[statistic].en}`,
              zh: `${title.zh}${columns.length > 1 ? `（${column}）` : ''}${STATISTICS[statistic].zh}`,
            },
            output: output.name,
            column,
            statistic,
            expected: 0,
            source: '-',
          }),
        ),
      );
    });
  const alarms = graph.nodes
    .filter((node) => info.capabilities.includes('alarm.raise') && node.block.endsWith('/alarm.raise'))
    .map(
      (node): ProofCheck => ({
        kind: 'alarm',
        id: slugOf(`${node.id}-raised`),
        title: { en: `Raises of alarm ${labelOf(node).en}`, zh: `报警“${labelOf(node).zh}”触发次数` },
        node: node.id,
        figure: 'raised',
        expected: 0,
        source: '-',
      }),
    );
  return [...outputs, ...alarms];
}

const same = (text: string): Bilingual => ({ en: text, zh: text });
const slugOf = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
