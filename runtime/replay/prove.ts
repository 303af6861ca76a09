import type { WireSchema } from '#runtime/batch/schema.ts';
import type { InputTable } from '#runtime/files/table.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import type { Program, Stepper } from '#runtime/step/contract.ts';
import { collector } from './collect.ts';
import { type Collected, evaluateCheck } from './evaluate.ts';
import { type Computing, modelAnswers } from './model-answers.ts';
import type { Falsifier, ProofDocument, ProofReport, ProofRun, RunResult } from './proof.ts';
import { runTables } from './run-tables.ts';
import { inputsOf } from './tables.ts';

type Parameters = ProofRun['parameters'];

/** What a proof is run with: the compiler, a sandbox for the program, the files beside `proof.json`. */
export interface ProofHost {
  compile(
    graph: string,
    parameters: Parameters,
  ): Promise<
    { readonly ok: true; readonly program: Program } | { readonly ok: false; readonly problems: readonly GraphProblem[] }
  >;
  createStepper(program: Program): Promise<Stepper>;
  /** What blocks have computed by the host; absent = answered as unknown. */
  readonly computing?: Computing;
  readTable(file: string, schema: WireSchema, key: string): Promise<InputTable>;
  now(): number;
  /** Wall clock, for the report. */
  date(): Date;
  readonly signal?: AbortSignal;
  /** Share of all runs and their changes that is done, 0..1. */
  onProgress?(done: number): void;
}

/** The proof cannot be run at all: it does not fit its graph. A red check is no such error. */
export class ProofError extends Error {
  readonly code: 'proof.graph' | 'proof.input' | 'proof.falsifier' | 'proof.output' | 'proof.capabilities';
  constructor(code: ProofError['code'], message: string) {
    super(message);
    this.name = 'ProofError';
    this.code = code;
  }
}

/** Runs every run of a proof and every change that must turn it red. Deterministic: only times differ from run to run. */
export async function prove(graph: string, proof: ProofDocument, host: ProofHost): Promise<ProofReport> {
  const runs: RunResult[] = [];
  const passes = proof.runs.map((run) => 1 + run.falsifiers.length);
  const all = passes.reduce((sum, n) => sum + n, 0);
  let before = 0;
  // what is installed with its defaults: this program's hash and capabilities are reported
  const program = await compileFor(graph, {}, host);
  for (const [i, run] of proof.runs.entries()) {
    const mine = passes[i] ?? 1;
    const from = before;
    runs.push(
      await proveRun(graph, await compileFor(graph, run.parameters, host), run, {
        ...host,
        onProgress: (done) => host.onProgress?.((from + done * mine) / all),
      }),
    );
    before += mine;
  }
  return {
    graphHash: program.info.graphHash,
    programHash: program.info.hash,
    capabilities: program.info.capabilities,
    at: host.date().toISOString(),
    runs,
    pass: runs.every((run) => run.checks.every((check) => check.pass) && run.falsifiers.every((change) => change.red)),
  };
}

export async function proveRun(graph: string, program: Program, run: ProofRun, host: ProofHost): Promise<RunResult> {
  const started = host.now();
  for (const check of run.checks)
    if (check.kind === 'output' && !program.info.outputs.some((o) => o.name === check.output && check.column in o.schema.columns))
      throw new ProofError(
        'proof.output',
        `check "${check.id}" measures ${check.output}.${check.column}, which the graph does not give`,
      );
  const tables = await readTables(program, run, host);
  const passes = 1 + run.falsifiers.length;
  const pass = (at: number): ProofHost => ({ ...host, onProgress: (done) => host.onProgress?.((at + done) / passes) });
  const collected = await collect(program, tables, run, pass(0));
  const checks = run.checks.map((check) => evaluateCheck(check, collected));
  const falsifiers = [];
  for (const [i, change] of run.falsifiers.entries()) {
    const mutant = await compileFor(mutate(graph, change), run.parameters, host);
    const under = await collect(mutant, tables, run, pass(i + 1));
    falsifiers.push({ title: change.title, red: run.checks.some((check) => !evaluateCheck(check, under).pass) });
  }
  return {
    id: run.id,
    title: run.title,
    checks,
    falsifiers,
    records: [...tables.values()].reduce((sum, table) => sum + table.n, 0),
    seconds: (host.now() - started) / 1000,
  };
}

async function readTables(program: Program, run: ProofRun, host: ProofHost): Promise<Map<string, InputTable>> {
  const wanted = inputsOf(program.info);
  const tables = new Map<string, InputTable>();
  for (const [name, file] of Object.entries(run.inputs)) {
    const schema = wanted.get(name);
    if (!schema)
      throw new ProofError(
        'proof.input',
        `run "${run.id}" feeds "${name}", but the graph reads ${[...wanted.keys()].join(', ') || 'nothing'}`,
      );
    tables.set(name, await host.readTable(file, schema, run.key));
  }
  return tables;
}

async function collect(program: Program, tables: Map<string, InputTable>, run: ProofRun, host: ProofHost): Promise<Collected> {
  const stepper = await host.createStepper(program);
  try {
    const into = collector(program.info);
    await runTables({
      info: program.info,
      stepper,
      tables,
      answering: modelAnswers('confirm', host.computing),
      until: run.until === undefined ? undefined : Date.parse(run.until),
      from: run.from === undefined ? undefined : Date.parse(run.from),
      place: { zone: run.zone ?? 'UTC', ...(run.calendar ? { calendar: run.calendar } : {}) },
      key: run.key,
      onResult: into.take,
      now: host.now,
      ...(host.signal ? { signal: host.signal } : {}),
      ...(host.onProgress ? { onProgress: host.onProgress } : {}),
    });
    return into.collected;
  } finally {
    stepper.dispose();
  }
}

export async function compileFor(graph: string, parameters: Parameters, host: ProofHost): Promise<Program> {
  const compiled = await host.compile(graph, parameters);
  if (compiled.ok) return compiled.program;
  throw new ProofError('proof.graph', compiled.problems.map((p) => `${p.node ? `${p.node}: ` : ''}${p.message.en}`).join('; '));
}

interface Drawn {
  nodes: { id: string; params?: Record<string, unknown> }[];
}

/** The node at `outer/inner`: its subgraph is copied for this one use, so that the others stay as they are. */
function nodeOfOneUse(document: Drawn & { subgraphs?: Record<string, Drawn> }, path: string): Drawn['nodes'][number] | undefined {
  const [first, ...inner] = path.split('/');
  let node = document.nodes.find((n) => n.id === first);
  for (const id of inner) {
    const name = String(node?.params?.graph);
    const graphs = document.subgraphs ?? {};
    const graph = Object.hasOwn(graphs, name) ? graphs[name] : undefined;
    if (!node?.params || !graph) return undefined;
    let own = `${name}_`;
    while (Object.hasOwn(graphs, own)) own += '_';
    const copy = structuredClone(graph);
    graphs[own] = copy;
    node.params.graph = own;
    node = copy.nodes.find((n) => n.id === id);
  }
  return node;
}

/** The graph with one parameter of one node changed. */
export function mutate(graph: string, change: Falsifier): string {
  const document = JSON.parse(graph) as Drawn & { subgraphs?: Record<string, Drawn> };
  const node = nodeOfOneUse(document, change.node);
  if (!node)
    throw new ProofError(
      'proof.falsifier',
      `"${change.title.en}" changes the node "${change.node}", which the graph does not have`,
    );
  const path = change.param.split('.');
  const last = path.pop() ?? '';
  node.params ??= {};
  let at: Record<string, unknown> = node.params;
  for (const name of path) {
    const inner = at[name];
    if (typeof inner !== 'object' || inner === null)
      throw new ProofError('proof.falsifier', `"${change.title.en}" changes ${change.param}, but ${change.node} has no ${name}`);
    at = inner as Record<string, unknown>;
  }
  at[last] = change.value;
  return JSON.stringify(document);
}
