import { type ConditionChange, planConditions } from '#runtime/effects/alarm-states.ts';
import type { Reason } from '#runtime/effects/reasons.ts';
import { type EffectKind, parseRequest, RESOLVED_KINDS } from '#runtime/effects/requests.ts';
import { int8s } from '#runtime/log/connection.ts';
import { pack, recordsOf } from '#runtime/log/entry.ts';
import type { NumberedEffect, StepCommit } from '#runtime/step/take-step.ts';
import { type CommitSession, LEASE_MS } from './lease.ts';
import type { Resolved } from './resolve-act.ts';

/** One shard's part of a commit: consecutive steps of it, its lease, and what its effects mean in this plant. */
export interface ShardCommit {
  readonly shardId: number;
  readonly orgId: string;
  readonly instanceId: string;
  readonly token: number;
  readonly outLane: number;
  readonly commit: StepCommit;
  readonly granted: ReadonlySet<string>;
  readonly simulated: boolean;
  resolveAct(effect: NumberedEffect, kind: EffectKind, request: Record<string, unknown>): Resolved | Reason;
  readonly checkpoint?: { readonly programHash: string; readonly engine: string; readonly state: Uint8Array };
}

export interface Committed {
  /** Shards that still held their lease; the others must be dropped with their state. */
  readonly held: ReadonlySet<number>;
  readonly effects: boolean;
  readonly alarms: boolean;
}

/**
 * Everything that a round of steps gave, of all shards, in one statement and one transaction, fenced by each shard's token and step number.
 * `held` decides: whoever lost the lease writes nothing at all.
 */
const STATEMENT = `with u as (
  select * from unnest($1::int4[], $2::int8[], $3::int8[], $4::text[], $5::float8[]) u(id, token, step, cursor, wake)),
held as (
  update shard s set step = u.step, cursor = u.cursor::int8[], wake_at = u.wake, lease_until = clock_timestamp() + $6::float8 * interval '1 ms'
  from u where s.id = u.id and s.token = u.token and s.step = u.step - 1 returning s.id),
o as (
  insert into log (day, lane, seq, at, n, upto, data)
  select log_today(), r.lane, r.seq, r.at, r.n, r.upto::int8[], substring($7::bytea from r.o for r.len)
  from unnest($1::int4[], $8::int4[], $3::int8[], $9::float8[], $10::int4[], $4::text[], $11::int4[], $12::int4[])
    r(shard, lane, seq, at, n, upto, o, len) join held on held.id = r.shard),
e as (
  insert into effect (shard_id, step, ordinal, org_id, instance_id, node, key, kind, request, resolved, answer, status, deadline)
  select r.shard, r.step, r.ordinal, r.org, r.instance, r.node, r.key, r.kind, r.request, r.resolved, r.answer, 'pending',
    clock_timestamp() + r.deadline * interval '1 ms'
  from jsonb_to_recordset($13::jsonb) r(shard int4, step int8, ordinal int4, org text, instance uuid, node text, key text, kind text,
    request jsonb, resolved jsonb, answer jsonb, deadline float8) join held on held.id = r.shard),
al as (
  select r.* from jsonb_to_recordset($14::jsonb) r(shard int4, step int8, org text, instance uuid, node text, key text, priority int2, active bool,
    message jsonb, value float8, unit text, lim float8, since float8, simulated bool, plan jsonb) join held on held.id = r.shard),
a as (
  insert into alarm (org_id, instance_id, node, key, priority, active, state, message, value, unit, limit_value, since, step, simulated)
  select al.org, al.instance, al.node, al.key, al.priority, al.active, al.plan->'normal'->>'to', al.message, al.value, al.unit, al.lim,
    to_timestamp(al.since / 1000), al.step, al.simulated
  from al where al.active or al.plan->'normal'->'events' <> '[]'::jsonb
    or exists (select 1 from alarm x where x.instance_id = al.instance and x.node = al.node and x.key = al.key)
  on conflict (instance_id, node, key) do update set priority = excluded.priority, active = excluded.active, message = excluded.message,
    value = excluded.value, unit = excluded.unit, limit_value = excluded.limit_value, step = excluded.step, simulated = excluded.simulated,
    since = case when alarm.active = excluded.active then alarm.since else excluded.since end,
    state = coalesce((select y.plan->alarm.state->>'to' from al y
      where y.instance = alarm.instance_id and y.node = alarm.node and y.key = alarm.key), alarm.state)
  returning alarm.id, alarm.org_id, alarm.instance_id, alarm.node, alarm.key, coalesce(old.state, 'normal') as was),
v as (
  insert into alarm_event (org_id, alarm_id, from_state, to_state, cause, value, at, shard_id, step)
  select a.org_id, a.id, t."from", t."to", 'condition', t.value, to_timestamp(t.at / 1000), al.shard, al.step
  from a join al on al.instance = a.instance_id and al.node = a.node and al.key = a.key
    cross join lateral jsonb_to_recordset(al.plan->a.was->'events') t("from" text, "to" text, at float8, value float8)),
d as (
  insert into dead_letter (org_id, instance_id, shard_id, step, node, key, reason, line)
  select r.org, r.instance, r.shard, r.step, r.node, r.key, r.reason, r.line
  from jsonb_to_recordset($15::jsonb) r(shard int4, step int8, org text, instance uuid, node text, key text, reason text, line int4)
    join held on held.id = r.shard),
l as (
  insert into late_count (instance_id, node, org_id, count)
  select r.instance, r.node, r.org, sum(r.count)
  from jsonb_to_recordset($25::jsonb) r(shard int4, org text, instance uuid, node text, count int8) join held on held.id = r.shard
  group by r.instance, r.node, r.org
  on conflict (instance_id, node) do update set count = late_count.count + excluded.count, updated_at = now()),
c as (
  insert into checkpoint (shard_id, org_id, step, cursor, program_hash, engine, state)
  select r.shard, r.org, r.step, r.cursor::int8[], r.hash, r.engine, substring($16::bytea from r.o for r.len)
  from unnest($17::int4[], $18::text[], $19::int8[], $20::text[], $21::text[], $22::text[], $23::int4[], $24::int4[])
    r(shard, org, step, cursor, hash, engine, o, len) join held on held.id = r.shard
  on conflict (shard_id) do update set step = excluded.step, cursor = excluded.cursor, program_hash = excluded.program_hash,
    engine = excluded.engine, state = excluded.state, updated_at = now())
select coalesce(array_agg(id), '{}') as ids from held`;

export async function commitSteps(session: CommitSession, shards: readonly ShardCommit[]): Promise<Committed> {
  const outputs = new Pieces();
  const states = new Pieces();
  const effects: object[] = [];
  const alarms: object[] = [];
  const dead: object[] = [];
  const late: object[] = [];
  const out: { at: number; n: number; from: number; length: number }[] = [];
  const cps: { shard: ShardCommit; from: number; length: number }[] = [];
  for (const s of shards) {
    const { commit } = s;
    out.push({ at: commit.outputs.at, n: recordsOf(commit.outputs), ...outputs.add(pack(commit.outputs)) });
    if (s.checkpoint) cps.push({ shard: s, ...states.add(s.checkpoint.state) });
    effects.push(...s.commit.effects.map((effect) => effectRow(s, effect)));
    alarms.push(...alarmRows(s));
    const who = { shard: s.shardId, step: commit.step, org: s.orgId, instance: s.instanceId };
    for (const row of commit.dead) dead.push({ ...who, node: row.node, key: row.key, reason: row.message, line: row.line });
    for (const [node, count] of Object.entries(commit.late)) late.push({ ...who, node, count });
  }
  const [row] = await session.query<{ ids: number[] }>('commit', STATEMENT, [
    shards.map((s) => s.shardId),
    int8s(shards.map((s) => s.token)),
    int8s(shards.map((s) => s.commit.step)),
    shards.map((s) => int8s(s.commit.upto)),
    shards.map((s) => s.commit.wakeAt),
    LEASE_MS,
    outputs.bytes(),
    shards.map((s) => s.outLane),
    out.map((o) => o.at),
    out.map((o) => o.n),
    out.map((o) => o.from),
    out.map((o) => o.length),
    json(effects),
    json(alarms),
    json(dead),
    states.bytes(),
    cps.map((c) => c.shard.shardId),
    cps.map((c) => c.shard.orgId),
    int8s(cps.map((c) => c.shard.commit.step)),
    cps.map((c) => int8s(c.shard.commit.upto)),
    cps.map((c) => c.shard.checkpoint?.programHash),
    cps.map((c) => c.shard.checkpoint?.engine),
    cps.map((c) => c.from),
    cps.map((c) => c.length),
    json(late),
  ]);
  return { held: new Set(row?.ids ?? []), effects: effects.length > 0, alarms: alarms.length > 0 };
}

/** A request that cannot be done is stored with its refusal, past its deadline from the start: the runner answers it at once, nobody performs it. */
function effectRow(s: ShardCommit, effect: NumberedEffect): object {
  const parsed = parseRequest(effect.kind, effect.request, s.granted);
  const resolved = parsed.ok && RESOLVED_KINDS.includes(parsed.kind) ? s.resolveAct(effect, parsed.kind, parsed.request) : null;
  const why = !parsed.ok ? parsed.why : resolved && 'code' in resolved ? resolved : undefined;
  const refused = why ? { ok: false, ...why } : null;
  return {
    shard: s.shardId,
    step: s.commit.step,
    ordinal: effect.ordinal,
    org: s.orgId,
    instance: s.instanceId,
    node: effect.node,
    key: effect.key,
    kind: effect.kind,
    request: parsed.ok ? parsed.request : json(effect.request).length < 4_000 ? effect.request : {},
    resolved: refused ? null : resolved,
    answer: refused,
    deadline: refused ? 0 : parsed.ok ? parsed.deadlineMs : null,
  };
}

function alarmRows(s: ShardCommit): object[] {
  const byAlarm = new Map<string, { last: StepCommit['alarms'][number]; changes: ConditionChange[] }>();
  for (const change of s.commit.alarms) {
    const id = JSON.stringify([change.node, change.key]);
    const known = byAlarm.get(id);
    const one = { active: change.active, time: change.time, ...(change.value === undefined ? {} : { value: change.value }) };
    if (known) {
      known.last = change;
      known.changes.push(one);
    } else byAlarm.set(id, { last: change, changes: [one] });
  }
  return [...byAlarm.values()].map(({ last, changes }) => ({
    shard: s.shardId,
    step: s.commit.step,
    org: s.orgId,
    instance: s.instanceId,
    node: last.node,
    key: last.key,
    priority: last.priority,
    active: last.active,
    message: last.message,
    value: last.value ?? null,
    unit: last.unit ?? null,
    lim: last.limit ?? null,
    since: last.time,
    simulated: s.simulated,
    plan: planConditions(changes),
  }));
}

/** JSON that PostgreSQL takes: it refuses NUL and lone surrogates, which programs may well write. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_key, v) =>
    typeof v === 'string' ? v.replaceAll('\0', '\ufffd').toWellFormed() : typeof v === 'bigint' ? v.toString() : v,
  );

/** Byte strings in one parameter; `from` counts from 1, as SQL does. */
class Pieces {
  private readonly parts: Uint8Array[] = [];
  private size = 0;
  add(bytes: Uint8Array): { from: number; length: number } {
    const from = this.size + 1;
    this.parts.push(bytes);
    this.size += bytes.length;
    return { from, length: bytes.length };
  }
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
