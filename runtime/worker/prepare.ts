import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { appVersion, installation, instance, tag, watch } from '#drizzle/schema/index.ts';
import type { Reason } from '#runtime/effects/reasons.ts';
import type { EffectKind } from '#runtime/effects/requests.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import type { InputPlan, SourceBinding } from '#runtime/step/build-input.ts';
import type { Program, ProgramInfo } from '#runtime/step/contract.ts';
import type { NumberedEffect } from '#runtime/step/take-step.ts';
import { conversion } from '#runtime/units/units.ts';
import { InstanceProblem } from './instance-problem.ts';
import { type Resolved, resolveAct } from './resolve-act.ts';

/** Makes the program of a graph with an installation's parameters. @throws {InstanceProblem} COMPILE with the first problem's place */
export type Compile = (request: {
  graph: GraphDocument;
  graphHash: string;
  parameters: Readonly<Record<string, number | boolean | string>>;
  instrumented: boolean;
  /** For `node-costs.ts`; it runs nothing that counts. */
  timed?: boolean;
}) => Promise<Program>;

type TagRow = typeof tag.$inferSelect;
/** Everything about an instance that decides how it runs, as rows of the database. */
export interface InstanceFacts {
  readonly id: string;
  readonly orgId: string;
  readonly key: string;
  readonly wanted: 'run' | 'stop';
  readonly status: string;
  readonly graph: string;
  readonly graphHash: string;
  readonly versionId: string;
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
  readonly grants: readonly string[];
  /** Role -> tag; roles left unbound are absent. */
  readonly tags: Readonly<Record<string, TagRow>>;
  /** Someone watches its wires until then, epoch ms. */
  readonly watchUntil: number;
  /** Changes when it must be started anew. */
  readonly signature: string;
}

export async function readInstances(db: Db, ids: readonly string[]): Promise<InstanceFacts[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({
      instance,
      version: { id: appVersion.id, graph: appVersion.graph, hash: appVersion.graphHash },
      installation,
      watchUntil: watch.until,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .leftJoin(watch, eq(watch.instanceId, instance.id))
    .where(inArray(instance.id, [...ids]));
  const tagIds = rows.flatMap((r) => Object.values(r.instance.bindings).flatMap((b) => (b ? [b.tagId] : [])));
  const tags = tagIds.length ? await db.select().from(tag).where(inArray(tag.id, tagIds)) : [];
  const byId = new Map(tags.map((t) => [t.id, t]));
  return rows.map(({ instance: i, version, installation: inst, watchUntil }) => {
    const bound: Record<string, TagRow> = {};
    for (const [role, binding] of Object.entries(i.bindings)) {
      const row = binding ? byId.get(binding.tagId) : undefined;
      // a tag of another tenant is no tag
      if (row?.orgId === i.orgId) bound[role] = row;
    }
    const grants = inst.grants.map((g) => g.capability).sort();
    return {
      id: i.id,
      orgId: i.orgId,
      key: i.key,
      wanted: i.wanted,
      status: i.status,
      graph: version.graph,
      graphHash: version.hash,
      versionId: version.id,
      parameters: inst.parameters,
      grants,
      tags: bound,
      watchUntil: watchUntil?.getTime() ?? 0,
      signature: JSON.stringify([
        version.id,
        i.key,
        inst.parameters,
        grants,
        Object.entries(bound)
          .map(([role, t]) => [role, t.id, t.unit, t.laneId, t.type])
          .sort(),
      ]),
    };
  });
}

/** An instance made ready to step. */
export interface Prepared {
  readonly plan: Omit<InputPlan, 'shardId'>;
  readonly program: Program;
  readonly granted: ReadonlySet<string>;
  /** Lanes of the bound tags; tags whose connection has no lane yet are awaited. */
  readonly lanes: readonly number[];
  readonly seed: number;
  resolveAct(effect: NumberedEffect, kind: EffectKind, request: Record<string, unknown>): Resolved | Reason;
}

/** @throws {InstanceProblem} when it cannot run as it is */
export async function prepareInstance(facts: InstanceFacts, compile: Compile, instrumented: boolean): Promise<Prepared> {
  const parsed = graphDocument.safeParse(parseJson(facts.graph));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const at = issue?.path.join('.') ?? '';
    throw new InstanceProblem('GRAPH', {
      en: `The graph is not valid at ${at}: ${issue?.message}`,
      zh: `流程图在 ${at} 处无效：${issue?.message}`,
    });
  }
  const graph = parsed.data;
  const program = await compile({ graph, graphHash: facts.graphHash, parameters: facts.parameters, instrumented });
  const { info } = program;
  const granted = new Set(facts.grants);
  const missing = info.capabilities.filter((c) => !granted.has(c) && c !== 'screen.render');
  if (missing.length > 0)
    throw new InstanceProblem('CAPABILITY_MISSING', {
      en: `The installation has not granted ${missing.join(', ')}.`,
      zh: `安装时未授予权限：${missing.join('、')}。`,
    });
  const unbound = graph.roles.filter((r) => !r.optional && !facts.tags[r.name]).map((r) => r.name);
  if (unbound.length > 0)
    throw new InstanceProblem('ROLE_UNBOUND', {
      en: `No tag is mapped to ${unbound.join(', ')}.`,
      zh: `以下角色未绑定测点：${unbound.join('、')}。`,
    });
  const roleUnit = new Map(graph.roles.map((r) => [r.name, r.unit]));
  const bindings = bindSources(info, facts);
  // what a write or an interlock needs is found now, not when a machine is to be moved
  for (const role of graph.roles) {
    const bound = facts.tags[role.name];
    if (bound) converted(bound, role.unit, role.name, '');
  }
  return {
    plan: { instanceId: facts.id, key: facts.key, info, bindings },
    program,
    granted,
    lanes: [...new Set(Object.values(facts.tags).flatMap((t) => (t.laneId === null ? [] : [t.laneId])))].sort((a, b) => a - b),
    seed: seedOf(facts.id),
    resolveAct: (effect, kind, request) =>
      resolveAct(effect, kind, request, {
        tags: facts.tags,
        preconditions: info.preconditions,
        unitOf: (role) => roleUnit.get(role),
        converted,
      }),
  };
}

function bindSources(info: ProgramInfo, facts: InstanceFacts): SourceBinding[] {
  return info.sources.flatMap((source, index) => {
    const bound = source.role === undefined ? undefined : facts.tags[source.role];
    if (!bound) return [];
    const unit = Object.values(source.schema.columns)[0]?.unit;
    return [{ source: index, tag: bound.id, key: facts.key, ...converted(bound, unit, source.role ?? '', source.node) }];
  });
}

/** `role = tag · gain + offset`. A tag or a role without unit is taken as it is. */
function converted(bound: TagRow, unit: string | undefined, role: string, node: string): { gain: number; offset: number } {
  if (!unit || !bound.unit || unit === bound.unit || bound.type === 'boolean' || bound.type === 'text')
    return { gain: 1, offset: 0 };
  const c = conversion(bound.unit, unit);
  if (!c.ok)
    throw new InstanceProblem(
      'ROLE_UNIT',
      {
        en: `Tag '${bound.name}' is in ${bound.unit}, which cannot be converted to ${unit} of role '${role}'.`,
        zh: `测点“${bound.name}”的单位为 ${bound.unit}，无法换算为角色“${role}”的 ${unit}。`,
      },
      { node },
    );
  return { gain: c.gain, offset: c.offset };
}

/** The same instance draws the same random numbers for ever. */
export function seedOf(instanceId: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < instanceId.length; i++) h = Math.imul(h ^ instanceId.charCodeAt(i), 16_777_619);
  return h >>> 0;
}
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new InstanceProblem('GRAPH', { en: `The graph is no JSON: ${message}`, zh: `流程图不是有效的 JSON：${message}` });
  }
}

/** What an instance is, for people; a note only when it changes. */
export async function setStatus(
  db: Db,
  id: string,
  status: 'starting' | 'running' | 'stopped' | 'failed' | 'quarantined',
  problem?: InstanceProblem,
): Promise<void> {
  await db
    .update(instance)
    .set({ status, reason: problem?.reason ?? null, updatedAt: new Date() })
    .where(and(eq(instance.id, id)));
}

/** Why it does not start yet. It is tried again; running clears it. */
export async function showReason(db: Db, id: string, problem: InstanceProblem): Promise<void> {
  await db
    .update(instance)
    .set({ reason: problem.reason })
    .where(and(eq(instance.id, id), eq(instance.status, 'starting')));
}
