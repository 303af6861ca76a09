import type { WireSchema } from '#runtime/batch/schema.ts';
import { capabilitiesOf } from '#runtime/graph/capabilities.ts';
import { checkGraph, type GraphCheck } from '#runtime/graph/check.ts';
import { type GraphDocument, type GraphDocumentInput, graphDocument } from '#runtime/graph/document.ts';
import type { NodeFacts } from '#runtime/graph/facts.ts';
import { preconditionsOf } from '#runtime/graph/guards.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { reachable } from '#runtime/graph/order.ts';
import type { ParameterValues } from '#runtime/graph/params.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { problem } from '#runtime/graph/problems.ts';
import type { EventRule, Program, ProgramInfo, ScheduleRule, WholeNode } from '#runtime/step/contract.ts';
import { codeChecker } from './check-code.ts';
import { CodeProblem } from './code-rules.ts';
import { makePlan, type Plan, POSITION } from './plan.ts';
import { writeProgram } from './program.ts';
import { wholeNodes } from './whole-nodes.ts';

export interface CompileOptions {
  readonly catalogue: ProgramCatalogue;
  /** Values of the app parameters; absent ones take their defaults. */
  readonly parameters?: ParameterValues;
  /** SHA-256 of the document's original bytes, where the caller has them; else of the document as JSON. */
  readonly graphHash?: string;
  /** The program also tells the last values on every wire. Its state has the same layout. */
  readonly instrumented?: boolean;
  /** For `timeNodes` of `runtime/sandbox`: same state and same results, at twice the cost. */
  readonly timed?: boolean;
  /** For `evaluate`: outputs tell where in the step their rows stand, so that a cut graph can go on from them. */
  readonly positions?: boolean;
  /** For tests: most nodes in one loop. */
  readonly maxNodes?: number;
  /** For tests: so many functions that are alike become one. */
  readonly share?: number;
}
export type CompileResult =
  | { readonly ok: true; readonly program: Program; readonly warnings: readonly GraphProblem[] }
  | { readonly ok: false; readonly problems: readonly GraphProblem[] };

/** The check that the server, the compiler and `mw` make: the graph and the code in it. */
export const checkApp = (document: GraphDocument, catalogue: ProgramCatalogue, parameters: ParameterValues = {}): GraphCheck =>
  checkGraph(document, catalogue, { values: parameters, checkCode: codeChecker(catalogue.stripTypes) });

/** Graph -> program, or everything that is wrong with the graph. */
export async function compileGraph(input: GraphDocument | GraphDocumentInput, options: CompileOptions): Promise<CompileResult> {
  const document = graphDocument.parse(input);
  const check = checkApp(document, options.catalogue, options.parameters);
  if (check.problems.some((p) => p.severity === 'error')) return { ok: false, problems: check.problems };
  return buildProgram(document, check, options);
}

/** A checked graph -> program. */
export async function buildProgram(document: GraphDocument, check: GraphCheck, options: CompileOptions): Promise<CompileResult> {
  const planned = planGraph(check, options);
  if (!planned.ok) return planned;
  const { plan } = planned;
  try {
    const { text, map } = writeProgram(plan, options.share);
    const graphHash = options.graphHash ?? (await sha256(JSON.stringify(document)));
    const info: ProgramInfo = { hash: await sha256(text), graphHash, ...infoOf(check, plan) };
    return { ok: true, program: { info, text, map }, warnings: check.problems };
  } catch (error) {
    return { ok: false, problems: [codeFault(error)] };
  }
}

/** The plan alone, for a person (`printPlan`) or a test. */
export function planGraph(
  check: GraphCheck,
  options: CompileOptions,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly GraphProblem[] } {
  try {
    const plan = makePlan(check, {
      catalogue: options.catalogue,
      instrumented: options.instrumented ?? false,
      timed: options.timed ?? false,
      positions: options.positions ?? false,
      ...(options.maxNodes === undefined ? {} : { maxNodes: options.maxNodes }),
    });
    return { ok: true, plan };
  } catch (error) {
    return { ok: false, problems: [codeFault(error)] };
  }
}

/** Which nodes keep a checked graph in one piece; none = it may be split by key. @throws for code that does not compile */
export const keptWhole = (check: GraphCheck, catalogue: ProgramCatalogue): WholeNode[] =>
  wholeNodes(makePlan(check, { catalogue, instrumented: false, timed: false }));

/** A block that cannot be compiled is the fault of its publisher; what is no such finding is ours and goes on. */
function codeFault(error: unknown): GraphProblem {
  if (!(error instanceof CodeProblem)) throw error;
  return problem(error.code, { line: error.line, column: error.column }, error.message, error.zh);
}

/** The rule of a schedule node is what its parameters say. */
function scheduleOf({ manifest, params }: NodeFacts): { schedule?: ScheduleRule } {
  if (manifest.source?.kind !== 'schedule' || manifest.source.schedule === '') return {};
  const { on, inShifts, misfire } = params as unknown as ScheduleRule;
  return { schedule: { on, cron: String(params[manifest.source.schedule] ?? ''), inShifts, misfire } };
}

/** Roles whose history blocks read; their values come as answers, not from a source. */
function historiesOf(plan: Plan): Pick<ProgramInfo, 'histories'> {
  const roles = plan.nodes.flatMap(({ manifest, facts: { role } }) =>
    role && manifest.capabilities.includes('history.read') ? [role] : [],
  );
  if (roles.length === 0) return {};
  const byName = new Map(roles.map(({ name, unit }) => [name, { role: name, ...(unit === undefined ? {} : { unit }) }]));
  return { histories: [...byName.values()] };
}

/** Which events a node takes is what its parameters say. */
function eventsOf({ manifest, params }: NodeFacts): { event?: EventRule } {
  if (manifest.source?.kind !== 'event' || manifest.source.event === '') return {};
  const { subject, own } = params as unknown as EventRule;
  return { event: { kinds: params[manifest.source.event] as readonly string[], subject, own } };
}

const outputSchema = (plan: Plan, schema: WireSchema): WireSchema =>
  plan.positions ? { ...schema, columns: { ...schema.columns, [POSITION]: { type: 'time' } } } : schema;

function infoOf(check: GraphCheck, plan: Plan): Omit<ProgramInfo, 'hash' | 'graphHash'> {
  const sources = plan.nodes.filter((n) => n.kind === 'source');
  const whole = wholeNodes(plan);
  return {
    instrumented: plan.instrumented,
    nodes: plan.nodes.map((n) => n.id),
    ...(plan.timed ? { parts: plan.units.map((u) => u.loops.flatMap((l) => l.nodes.map((n) => n.id))) } : {}),
    sources: sources.map((n) => ({
      node: n.id,
      ...(n.facts.role ? { role: n.facts.role.name } : {}),
      ...(n.facts.form === undefined ? {} : { form: n.facts.form }),
      ...scheduleOf(n.facts),
      ...eventsOf(n.facts),
      schema: n.facts.outputs.out?.schema ?? { kind: 'stream', columns: {} },
    })),
    outputs: check.document.outputs.map((o) => {
      const node = plan.nodes.find((n) => n.id === o.from.node);
      const reaching = sources.flatMap((s, i) =>
        node && (s === node || reachable(plan.nodes.length, plan.edges, [s.i])[node.i]) ? [i] : [],
      );
      return {
        name: o.name,
        node: o.from.node,
        port: o.from.port,
        schema: outputSchema(plan, node?.facts.outputs[o.from.port]?.schema ?? { kind: 'stream', columns: {} }),
        sources: reaching,
      };
    }),
    ...historiesOf(plan),
    capabilities: [...new Set(plan.nodes.flatMap((n) => capabilitiesOf(n.facts)))].sort(),
    blocks: Object.fromEntries(
      plan.nodes.map((n) => [n.id, { block: n.manifest.id, version: n.manifest.version, stateVersion: n.manifest.stateVersion }]),
    ),
    preconditions: preconditionsOf(
      check.document,
      check.nodes,
      check.wires.flatMap((w) =>
        w
          ? [
              {
                from: check.nodes.get(w.wire.from.node)?.index ?? -1,
                to: check.nodes.get(w.wire.to.node)?.index ?? -1,
                port: w.wire.to.port,
              },
            ]
          : [],
      ),
    ),
    splittable: whole.length === 0,
    ...(whole.length > 0 ? { whole } : {}),
    untrusted: plan.nodes.some((n) => !n.manifest.id.startsWith('millwright/') || n.userCode.size > 0),
  };
}
