import { and, eq, inArray } from 'drizzle-orm';
import { boundTags, tagsOf } from '#drizzle/bindings.ts';
import type { Db } from '#drizzle/client.ts';
import { appVersion, type Bindings, installation, instance, tag, watch } from '#drizzle/schema/index.ts';
import type { Reason } from '#runtime/effects/reasons.ts';
import type { EffectKind } from '#runtime/effects/requests.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { hasKey, type InputPlan, type SourceBinding } from '#runtime/step/build-input.ts';
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
export interface KeyedRow {
  readonly role: string;
  readonly key: string;
  readonly tag: TagRow;
}
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
  /** Role -> the tag of the instance's own asset; roles left unbound are absent. */
  readonly tags: Readonly<Record<string, TagRow>>;
  /** All of them, and those of further assets that it watches, by the key of their records. */
  readonly keyed: readonly KeyedRow[];
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
  const tagIds = rows.flatMap((r) => boundTags(r.instance.bindings));
  const tags = tagIds.length ? await db.select().from(tag).where(inArray(tag.id, tagIds)) : [];
  return rows.map(({ instance: i, version, installation: inst, watchUntil }) => {
    const keyed = keyedRows(i.bindings, i.key, i.orgId, tags);
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
      ...boundTo(keyed, i.key),
      watchUntil: watchUntil?.getTime() ?? 0,
      signature: JSON.stringify([
        version.id,
        i.key,
        inst.parameters,
        grants,
        keyed.map(({ role, key, tag: t }) => [role, t.id, t.unit, t.laneId, t.type, ...(key === i.key ? [] : [key])]).sort(),
      ]),
    };
  });
}

/** What the roles are bound to, of these tags; a tag of another tenant is no tag. */
export function keyedRows(bindings: Bindings, own: string, orgId: string, tags: readonly TagRow[]): KeyedRow[] {
  const byId = new Map(tags.map((t) => [t.id, t]));
  return Object.entries(bindings).flatMap(([role, binding]) =>
    tagsOf(binding, own).flatMap(({ tagId, key }) => {
      const row = byId.get(tagId);
      return row?.orgId === orgId ? [{ role, key, tag: row }] : [];
    }),
  );
}
export const boundTo = (keyed: readonly KeyedRow[], own: string): Pick<InstanceFacts, 'tags' | 'keyed'> => ({
  tags: Object.fromEntries(keyed.filter((one) => one.key === own).map((one) => [one.role, one.tag])),
  keyed,
});

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
  for (const { role, tag: bound } of facts.keyed) if (roleUnit.has(role)) converted(bound, roleUnit.get(role), role, '');
  return {
    plan: { instanceId: facts.id, key: facts.key, info, bindings },
    program,
    granted,
    lanes: [...new Set(facts.keyed.flatMap(({ tag: { laneId } }) => (laneId === null ? [] : [laneId])))].sort((a, b) => a - b),
    seed: seedOf(facts.id),
    resolveAct: (effect, kind, request) =>
      resolveAct(effect, kind, request, {
        tags: tagsFor(facts, effect.key),
        preconditions: info.preconditions,
        unitOf: (role) => roleUnit.get(role),
        converted,
      }),
  };
}

function bindSources(info: ProgramInfo, facts: InstanceFacts): SourceBinding[] {
  return info.sources.flatMap((source, index) => {
    const unit = Object.values(source.schema.columns)[0]?.unit;
    return facts.keyed
      .filter(({ role }) => role === source.role)
      .map(({ role, key, tag: bound }) => ({ source: index, tag: bound.id, key, ...converted(bound, unit, role, source.node) }));
  });
}

/** The tags by which an act about a key goes: where several assets are watched, nothing of one may stand for another. */
function tagsFor(facts: InstanceFacts, key: string): Readonly<Record<string, TagRow>> {
  if (key === facts.key || facts.keyed.every((one) => one.key === facts.key)) return facts.tags;
  return Object.fromEntries(facts.keyed.filter((one) => one.key === key).map((one) => [one.role, one.tag]));
}

/** How one shard of the instance sees the log: of a split one, with its own keys alone. @throws {InstanceProblem} NOT_SPLITTABLE */
export function planOf(prepared: Pick<Prepared, 'plan'>, shard: ShardOfInstance): InputPlan {
  const { plan } = prepared;
  const more = { shardId: shard.shardId, ...(shard.forebears.length > 0 ? { forebears: shard.forebears } : {}) };
  if (shard.parts <= 1) return { ...plan, ...more };
  if (!plan.info.splittable) throw notSplittable(plan.info);
  const part = { index: shard.part, of: shard.parts };
  return { ...plan, ...more, part, bindings: plan.bindings.filter((b) => hasKey({ part }, b.key)) };
}
export interface ShardOfInstance {
  readonly shardId: number;
  readonly part: number;
  readonly parts: number;
  /** Shards of the instance that ended: this one answers for those of their keys that it has. */
  readonly forebears: readonly number[];
}

const WHY = {
  state: { en: 'keeps state over all keys', zh: '的状态跨越所有键' },
  timer: { en: 'has timers, which the rows of any key make due', zh: '使用定时器，任一键的数据都会触发' },
  align: { en: 'puts the rows of several keys in order', zh: '按时间对齐不同键的数据' },
} as const;
export function notSplittable(info: Pick<ProgramInfo, 'whole'>): InstanceProblem {
  const [first] = info.whole ?? [];
  if (!first)
    return new InstanceProblem('NOT_SPLITTABLE', {
      en: 'The app keeps something over all keys, so it cannot be split into shards. Run it as one.',
      zh: '该应用存在跨越所有键的状态，无法拆分为多个分片。请以一个分片运行。',
    });
  const { en, zh } = WHY[first.why];
  return new InstanceProblem(
    'NOT_SPLITTABLE',
    {
      en: `The app cannot be split into shards: node '${first.node}' ${en}. Run it as one, or replace the node.`,
      zh: `该应用无法拆分为多个分片：节点“${first.node}”${zh}。请以一个分片运行，或替换该节点。`,
    },
    { node: first.node },
  );
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
