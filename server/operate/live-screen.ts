import { and, desc, eq, gt, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { confirmation, effect, latest, series } from '#drizzle/schema/index.ts';
import { wordsOf } from '#runtime/effects/reason-words.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { eachSample } from '#runtime/historian/gather.ts';
import { otherText } from '#runtime/historian/latest.ts';
import { originName } from '#runtime/historian/samples.ts';
import type { LogRow } from '#runtime/log/contract.ts';
import { type AlarmRow, listAlarms } from '../alarms/list-alarms.ts';
import { sayOutcome } from '../effects/say-reasons.ts';
import { followLanes } from '../history/live-tail.ts';
import { EVERY_MS, IDLE_MS, type InTenant, type LiveValue, readLatest } from '../history/live-values.ts';
import { Pacer } from '../history/pacer.ts';
import { isTraced } from '../history/seen.ts';
import { requireSignals } from '../history/signals.ts';
import { follow } from '../live.ts';
import { log } from '../log.ts';
import { noteSent, type TracedStep } from '../trace/note-hops.ts';
import { machinesOf, readLeases } from './leases.ts';
import { readShards, requireInstance } from './read-screen.ts';

export const liveScreenInput = z.object({
  instanceId: z.uuid(),
  /** Names of the outputs that the screen shows. */
  outputs: z.array(z.string().max(80)).max(200),
  /** Tags that faceplates show: what the machine has now. */
  tagIds: z.array(z.number().int()).max(100).default([]),
});

/** The newest row of one column of one output, for one record key. */
export interface ScreenValue {
  /** `pressure.value`; a frame is its output's name alone. */
  readonly bind: string;
  readonly key: string;
  readonly time: number;
  readonly value: number | null;
  /** JSON of `{text}`, `{wave}` or `{frame}`. */
  readonly other: string | null;
  /** Where the text is the code of a reason: what a person reads. */
  readonly words?: Bilingual;
  readonly quality: number;
  readonly origin: string;
  readonly unit: string | null;
  /** The step that gave it: its trace. Absent for what the history has. */
  readonly from?: TracedStep;
}
export interface ScreenState {
  readonly status: string;
  readonly wanted: string;
  readonly reason: { readonly code: string; readonly message: string; readonly zh?: string } | null;
  /** Entries of people up to this number are consumed. */
  readonly consumed: number;
  /** A worker holds it now. */
  readonly held: boolean;
  readonly alarms: readonly AlarmRow[];
  readonly confirmations: Awaited<ReturnType<typeof openConfirmations>>;
  readonly effects: Awaited<ReturnType<typeof lastEffects>>;
  /** Who controls the app's machines alone. */
  readonly leases: Awaited<ReturnType<typeof readLeases>>;
}
export interface ScreenMessage {
  readonly values: readonly ScreenValue[];
  readonly tags: readonly LiveValue[];
  /** Steps whose times are kept: the browser tells when it has drawn them. */
  readonly traces?: readonly TracedStep[];
  /** Present when it changed. */
  readonly state?: ScreenState;
  readonly now: number;
}

const STATE_EVERY_MS = 200;
const STATE_IDLE_MS = 2_000;
/** One step in five seconds of each shard is traced; a screen that was long away tells of no more. */
const MOST_TRACES = 16;

/** Everything that moves on an operator screen, in one stream: a browser opens six connections to a server and no more. */
export async function* liveScreen(
  tenant: InTenant,
  orgId: string,
  input: z.infer<typeof liveScreenInput>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ScreenMessage> {
  const stop = new AbortController();
  signal?.addEventListener('abort', () => stop.abort(), { once: true });
  const pacer = new Pacer({ everyMs: EVERY_MS, idleMs: IDLE_MS, signal: stop.signal });
  const shown = new Shown(input.outputs, input.tagIds);
  const start = await tenant(async (tx) => {
    await requireInstance(tx, orgId, input.instanceId);
    const signals = await requireSignals(tx, orgId, input.tagIds);
    const { shards } = await readShards(tx, orgId, input.instanceId);
    return { shards, lanes: [...shards.map((s) => s.outLane), ...signals.flatMap((s) => (s.lane === null ? [] : [s.lane]))] };
  });
  const shardIds = new Set(start.shards.map((s) => s.id));
  let state: ScreenState | undefined;
  let failure: unknown;
  const unfollow = await followLanes([...new Set(start.lanes)], (rows) => {
    for (const row of rows) shown.take(row, shardIds);
    if (shown.changed) pacer.tell();
  });
  try {
    for (const value of await tenant((tx) => readStored(tx, orgId, input))) shown.note(value);
    for (const value of await tenant((tx) => readLatest(tx, orgId, input.tagIds))) shown.noteTag(value);
    const watching = (async () => {
      let before = '';
      for await (const _news of follow(['alarms', 'effects', 'control'], {
        signal: stop.signal,
        everyMs: STATE_EVERY_MS,
        idleMs: STATE_IDLE_MS,
      })) {
        const next = await tenant(async (tx) => {
          const { shards } = await readShards(tx, orgId, input.instanceId);
          if (shards.length !== shardIds.size || shards.some((s) => !shardIds.has(s.id)))
            throw new Error('the app has other shards now');
          return readState(tx, orgId, input.instanceId);
        });
        const text = JSON.stringify(next);
        if (text === before) continue;
        before = text;
        state = next;
        pacer.tell();
      }
    })().catch((error) => {
      // The stream ends and the browser opens it again; meanwhile the screen says that it is reconnecting.
      failure = error;
      stop.abort();
    });
    while (await pacer.next()) {
      const message: ScreenMessage = { ...shown.drain(), ...(state ? { state } : {}), now: Date.now() };
      state = undefined;
      const { traces } = message;
      if (traces)
        // A measurement is not worth a screen's waiting, nor its end.
        void tenant((tx) => noteSent(tx, orgId, traces, message.now)).catch((error) =>
          log.warn({ err: error }, 'time of a trace'),
        );
      yield message;
    }
    await watching;
    if (failure) throw failure;
  } finally {
    stop.abort();
    unfollow();
  }
}

/** Newest values by what they are bound to; what has changed since the last message. */
class Shown {
  private readonly outputs: ReadonlySet<string>;
  private readonly tagIds: ReadonlySet<number>;
  private readonly times = new Map<string, number>();
  private values = new Map<string, ScreenValue>();
  private tags = new Map<number, LiveValue>();
  private traces: TracedStep[] = [];
  constructor(outputs: readonly string[], tagIds: readonly number[]) {
    this.outputs = new Set(outputs);
    this.tagIds = new Set(tagIds);
  }
  get changed(): boolean {
    return this.values.size + this.tags.size > 0;
  }
  note(value: ScreenValue): void {
    const name = `${value.bind}\n${value.key}`;
    if (value.time < (this.times.get(name) ?? Number.NEGATIVE_INFINITY)) return;
    this.times.set(name, value.time);
    this.values.set(name, value);
  }
  noteTag(value: LiveValue): void {
    const name = `#${value.id}`;
    if (value.time < (this.times.get(name) ?? Number.NEGATIVE_INFINITY)) return;
    this.times.set(name, value.time);
    this.tags.set(value.id, value);
  }
  take(row: LogRow, shardIds: ReadonlySet<number>): void {
    const { entry } = row;
    if (entry.kind === 'outputs' && !shardIds.has(entry.shardId)) return;
    const from = entry.kind === 'outputs' ? { shardId: entry.shardId, step: entry.step } : undefined;
    let noted = false;
    const units = new Map<string, string | null>(
      entry.kind === 'outputs'
        ? entry.outputs.flatMap((o) =>
            Object.entries(o.schema.columns).map(([c, s]) => [`${o.name}.${c}`, s.unit ?? null] as const),
          )
        : [],
    );
    // Ids here are the names themselves: what is shown needs no series to exist yet.
    const names: { readonly bind: string; readonly key: string }[] = [];
    const ids = {
      owner: () => ({ instanceId: '', orgId: '' }),
      id: (_owner: unknown, output: string, column: string, key: string) =>
        this.outputs.has(output) ? -names.push({ bind: column === '*' ? output : `${output}.${column}`, key }) : undefined,
    };
    eachSample(row, '', ids, (id, _org, time, value, quality, origin, other) => {
      const facts = {
        time,
        value: Number.isNaN(value) ? null : value,
        other: other ? otherText(other) : null,
        quality,
        origin: originName(origin),
      };
      const name = id < 0 ? names[-id - 1] : undefined;
      if (name) {
        this.note({ ...name, ...facts, unit: units.get(name.bind) ?? null, ...(from ? { from } : {}) });
        noted = true;
      } else if (this.tagIds.has(id)) this.noteTag({ id, ...facts });
    });
    if (from && noted && this.traces.length < MOST_TRACES && isTraced(row.lane, row.seq)) this.traces.push(from);
  }
  drain(): Pick<ScreenMessage, 'values' | 'tags' | 'traces'> {
    const out = {
      values: [...this.values.values()].map(inWords),
      tags: [...this.tags.values()],
      ...(this.traces.length > 0 ? { traces: this.traces } : {}),
    };
    this.traces = [];
    this.values = new Map();
    this.tags = new Map();
    return out;
  }
}

/** Programs are told codes of reasons and hand them on in columns of that name. */
function inWords(value: ScreenValue): ScreenValue {
  if (value.other === null || !value.bind.endsWith('.reason')) return value;
  const words = wordsOf(String((JSON.parse(value.other) as { text?: unknown }).text));
  return words ? { ...value, words } : value;
}

/** What the historian has of the outputs: a screen opened on a quiet app shows its last values with their age. */
async function readStored(tx: Tx, orgId: string, input: z.infer<typeof liveScreenInput>): Promise<ScreenValue[]> {
  if (input.outputs.length === 0) return [];
  const rows = await tx
    .select({
      output: series.output,
      column: series.column,
      key: series.key,
      unit: series.unit,
      time: latest.time,
      value: latest.value,
      other: latest.other,
      quality: latest.quality,
      origin: latest.origin,
    })
    .from(series)
    .innerJoin(latest, eq(latest.tagId, series.id))
    .where(and(eq(series.orgId, orgId), eq(series.instanceId, input.instanceId), inArray(series.output, input.outputs)));
  return rows.map(({ output, column, ...row }) => ({ ...row, bind: column === '*' ? output : `${output}.${column}` }));
}

async function readState(tx: Tx, orgId: string, instanceId: string): Promise<ScreenState> {
  const found = await requireInstance(tx, orgId, instanceId);
  const { status, wanted, reason, installationId } = found;
  const { shards, consumed } = await readShards(tx, orgId, instanceId);
  return {
    status,
    wanted,
    reason,
    consumed,
    held: shards.length > 0 && shards.every((s) => s.leaseUntil.getTime() > Date.now()),
    alarms: await listAlarms(tx, orgId, installationId),
    confirmations: await openConfirmations(tx, orgId, instanceId),
    effects: await lastEffects(tx, orgId, instanceId),
    leases: await readLeases(
      tx,
      orgId,
      (await machinesOf(tx, orgId, found)).map((one) => one.id),
    ),
  };
}

const openConfirmations = (tx: Tx, orgId: string, instanceId: string) =>
  tx
    .select({
      id: confirmation.id,
      node: confirmation.node,
      key: confirmation.key,
      text: confirmation.text,
      value: confirmation.value,
      unit: confirmation.unit,
      persons: confirmation.persons,
      agreed: confirmation.agreed,
      deadline: confirmation.deadline,
    })
    .from(confirmation)
    .where(
      and(
        eq(confirmation.orgId, orgId),
        eq(confirmation.instanceId, instanceId),
        eq(confirmation.state, 'open'),
        gt(confirmation.deadline, new Date()),
      ),
    )
    .orderBy(confirmation.createdAt);

/** The last things that the app did or asked to do, newest first: what became of a person's entry. */
async function lastEffects(tx: Tx, orgId: string, instanceId: string) {
  const rows = await tx
    .select({
      node: effect.node,
      kind: effect.kind,
      request: effect.request,
      status: effect.status,
      answer: effect.answer,
      createdAt: effect.createdAt,
    })
    .from(effect)
    .where(and(eq(effect.orgId, orgId), eq(effect.instanceId, instanceId)))
    .orderBy(desc(effect.createdAt), desc(effect.step), desc(effect.ordinal))
    .limit(12);
  return rows.map((row) => ({ ...row, answer: sayOutcome(row.answer) }));
}
