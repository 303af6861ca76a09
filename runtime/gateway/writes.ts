import { and, eq } from 'drizzle-orm';
import type { Logger } from 'pino';
import { ConnectorError, messageOf, type Session } from '#blocks/sdk/connector.ts';
import { appendAudit } from '#drizzle/audit.ts';
import type { Db } from '#drizzle/client.ts';
import type { ResolvedWrite } from '#drizzle/schema/app.ts';
import { installation, instance, latest, tag } from '#drizzle/schema/index.ts';
import { checkPreconditions, type FreshValue } from '#runtime/effects/interlock.ts';
import {
  claimEffects,
  type Effect,
  type EffectAnswer,
  effectKey,
  type FinalStatus,
  finishEffect,
} from '#runtime/effects/outbox.ts';
import { Pace } from '#runtime/effects/rates.ts';
import { type Reason, reason } from '#runtime/effects/reasons.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { fromRaw, type TagRow, toRaw } from '#runtime/samples/scale.ts';
import type { SupervisedConnection } from './supervised.ts';

interface Outcome extends EffectAnswer {
  readonly status: FinalStatus;
}
const refused = (why: Reason): Outcome => ({ status: 'refused', ok: false, ...why });
const failed = (why: Reason): Outcome => ({ status: 'failed', ok: false, ...why });

/** One write to a machine, whoever asks for it. */
interface Act extends ResolvedWrite {
  readonly orgId: string;
  /** Epoch ms. */
  readonly deadline: number;
  readonly allowed: () => Promise<Outcome | undefined>;
}
export interface Command {
  readonly orgId: string;
  readonly tagId: number;
  /** In the tag's unit. */
  readonly value: number;
  readonly deadline: number;
  /** Who asked, and over which connection. */
  readonly by: string;
  readonly connectionId: string;
}

/** No tag is written more often than this on average: a graph that oscillates must not wear out a valve. */
const MOST_WRITES = 10;
const RATE_WINDOW_MS = 10_000;
/** Writes of one connection: a slow serial line behind a gateway must still be read. Who is over it waits for its turn, until its deadline. */
const CONNECTION_RATE = { perMinute: 1_200, burst: 20 };

/**
 * Performs `tag.write` effects for the tags of the connections that this gateway holds. Every check is made again right before acting, with
 * what is true then: deadline, grant, writable, limits, rate, conditions. The answer and the audit entry are written together.
 */
export class TagWrites {
  readonly #options: { readonly db: Db; readonly log: Logger; readonly holding: () => readonly SupervisedConnection[] };
  readonly #recent = new Map<number, number[]>();
  readonly #paces = new Map<string, Pace>();
  /** One write a tag at a time, in order. */
  readonly #tails = new Map<number, Promise<void>>();
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: { db: Db; log: Logger; holding: () => readonly SupervisedConnection[] }) {
    this.#options = options;
  }

  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#pass()
      .catch((error) => this.#options.log.debug({ error: messageOf(error) }, 'effects not read'))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #pass(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const holders = new Map<number, SupervisedConnection>();
      for (const supervised of this.#options.holding()) {
        // also those that cannot be written any more: the refusal then names the tag instead of letting the time pass
        for (const one of supervised.tags) holders.set(one.id, supervised);
      }
      if (holders.size === 0) return;
      const claimed = await claimEffects(this.#options.db, {
        kinds: ['tag.write'],
        tagIds: [...holders.keys()],
        untilDeadline: true,
      });
      if (claimed.length > 0) this.#again = true;
      for (const effect of claimed) {
        const tagId = effect.resolved?.tagId;
        const supervised = tagId === undefined ? undefined : holders.get(tagId);
        if (tagId === undefined || !supervised) continue;
        const tail = (this.#tails.get(tagId) ?? Promise.resolve()).then(() => this.#one(effect, supervised));
        this.#tails.set(tagId, tail);
        void tail.finally(() => {
          if (this.#tails.get(tagId) === tail) this.#tails.delete(tagId);
        });
      }
    }
  }

  async #one(effect: Effect, supervised: SupervisedConnection): Promise<void> {
    const { db, log } = this.#options;
    try {
      const outcome = await this.#perform(effect, supervised);
      const { status, ...answer } = outcome;
      await db.transaction(async (tx) => {
        const first = await finishEffect(tx, effect, status, answer);
        if (!first) return;
        await appendAudit(tx, {
          orgId: effect.orgId,
          actor: 'platform',
          action: outcome.ok ? 'tag.write' : 'tag.write-refused',
          target: `tag:${effect.resolved?.tagId}`,
          details: {
            effect: effectKey(effect),
            instance: effect.instanceId,
            node: effect.node,
            asked: effect.resolved?.value,
            ...outcome,
          },
        });
      });
      log.info({ effect: effectKey(effect), tag: effect.resolved?.tagId, ok: outcome.ok, code: outcome.code }, 'tag write');
    } catch (error) {
      // the answer could not be stored: the claim runs out and the effect is done again, or refused when its deadline is over
      log.warn({ effect: effectKey(effect), error: messageOf(error) }, 'tag write not answered');
    }
  }

  /** A write that no app asks for: a client of a server of ours. The same checks, and the audit names who asked. */
  command(asked: Command, supervised: SupervisedConnection): Promise<EffectAnswer> {
    const { orgId, tagId, value, by } = asked;
    const tail = (this.#tails.get(tagId) ?? Promise.resolve()).then(async () => {
      const act = { ...asked, tolerance: 0.001, preconditions: [], allowed: async () => undefined };
      const { status: _, ...answer } = await this.#act(act, supervised);
      const action = answer.ok ? 'tag.write' : 'tag.write-refused';
      const details = { asked: value, connection: asked.connectionId, ...answer };
      await this.#options.db.transaction((tx) => appendAudit(tx, { orgId, actor: by, action, target: `tag:${tagId}`, details }));
      return answer;
    });
    const settled = tail.then(
      () => {},
      () => {},
    );
    this.#tails.set(tagId, settled);
    void settled.then(() => {
      if (this.#tails.get(tagId) === settled) this.#tails.delete(tagId);
    });
    return tail;
  }

  #perform(effect: Effect, supervised: SupervisedConnection): Promise<Outcome> {
    const { orgId } = effect;
    const resolved = effect.resolved as ResolvedWrite | null;
    if (!resolved) return Promise.resolve(refused(reason('tag-gone')));
    const deadline = effect.deadline?.getTime() ?? Date.now() + 10_000;
    return this.#act({ ...resolved, orgId, deadline, allowed: () => this.#notAllowed(effect) }, supervised);
  }

  async #act(resolved: Act, supervised: SupervisedConnection): Promise<Outcome> {
    const { orgId, deadline } = resolved;
    const late = () => (Date.now() >= deadline ? refused(reason('expired')) : undefined);
    const [row] = await this.#options.db
      .select()
      .from(tag)
      .where(and(eq(tag.id, resolved.tagId), eq(tag.orgId, orgId)));
    if (!row?.address) return refused(reason('tag-gone'));
    const refusal = late() ?? (await resolved.allowed()) ?? outsideTag(row, resolved.value) ?? this.#tooOften(row.id);
    if (refusal) return refusal;
    if (!(await this.#paceOf(supervised.row.id).turn(deadline))) return refused(reason('expired'));
    const { address, type } = row;
    const raw = toRaw(resolved.value, row);
    if (raw === undefined) return refused(reason('not-a-number', { type }));
    let sent = false;
    try {
      return await supervised.withSession(deadline, async (session): Promise<Outcome> => {
        const blocked = await checkPreconditions(resolved.preconditions, (id, maxAge) =>
          this.#look(id, maxAge, orgId, supervised, session),
        );
        // judging took time; and whoever waited for a session may have waited too long
        const stop = late() ?? (blocked ? refused(blocked) : undefined);
        if (stop) return stop;
        this.#count(row.id);
        sent = true;
        const result = await session.write(address, raw, type);
        if (!result.ok) return failed(reason('device-refused', { cause: result.code ?? '–' }, result.reason));
        const back = fromRaw(result.readBack, row);
        if (back === undefined) return failed(reason('not-read-back', { cause: result.code ?? '–' }, result.reason));
        if (Math.abs(back - resolved.value) > resolved.tolerance + roundingOf(row, resolved.value, raw, result.readBack)) {
          const seen = { asked: resolved.value, back, tolerance: resolved.tolerance };
          return { ...failed(reason('readback-differs', seen)), value: back };
        }
        return { status: 'done', ok: true, value: back };
      });
    } catch (error) {
      const cause = error instanceof ConnectorError ? error.text : messageOf(error);
      if (!sent) return late() ?? refused(reason('no-connection', { cause }));
      return failed(reason('outcome-unknown', { cause }));
    }
  }

  /** The grant may have been taken back, and the instance stopped, since the effect was committed. */
  async #notAllowed(effect: Effect): Promise<Outcome | undefined> {
    const [row] = await this.#options.db
      .select({ grants: installation.grants, wanted: instance.wanted })
      .from(instance)
      .innerJoin(installation, eq(installation.id, instance.installationId))
      .where(and(eq(instance.id, effect.instanceId), eq(instance.orgId, effect.orgId)));
    if (!row) return refused(reason('app-gone'));
    if (row.wanted !== 'run') return refused(reason('app-stopped'));
    if (!row.grants.some((grant) => grant.capability === 'tag.write'))
      return refused(reason('not-granted', { capability: 'tag.write' }));
    return undefined;
  }

  #paceOf(connectionId: string): Pace {
    const known = this.#paces.get(connectionId) ?? new Pace(CONNECTION_RATE);
    this.#paces.set(connectionId, known);
    return known;
  }

  #tooOften(tagId: number): Outcome | undefined {
    const since = performance.now() - RATE_WINDOW_MS;
    const recent = (this.#recent.get(tagId) ?? []).filter((at) => at > since);
    this.#recent.set(tagId, recent);
    if (recent.length < MOST_WRITES) return undefined;
    return refused(reason('too-often', { count: recent.length, seconds: RATE_WINDOW_MS / 1000 }));
  }
  #count(tagId: number): void {
    this.#recent.set(tagId, [...(this.#recent.get(tagId) ?? []), performance.now()]);
  }

  /** Asked of the device where it is on the same connection; else the newest value that reached a gateway or the historian. */
  async #look(
    tagId: number,
    maxAge: number,
    orgId: string,
    own: SupervisedConnection,
    session: Session,
  ): Promise<FreshValue | undefined> {
    const row = own.tag(tagId);
    if (row?.address) {
      const [read] = await session.read([{ address: row.address, type: row.type }]);
      const value = read?.error ? undefined : fromRaw(read?.value, row);
      if (own.asksDevice) {
        // a device that answered holds this now, however long it has held it; one that did not is not believed for what it said before
        return value === undefined ? undefined : { value, quality: read?.quality ?? 0x80, time: steadyClock.now() };
      }
      if (read && value !== undefined) return { value, quality: read.quality, time: read.time };
    }
    const holder = this.#options.holding().find((one) => one.row.orgId === orgId && one.tag(tagId));
    const known = holder?.newest(tagId);
    if (known && steadyClock.now() - known.arrived <= maxAge)
      return { value: known.row.value, quality: known.row.quality, time: known.arrived };
    const [stored] = await this.#options.db
      .select()
      .from(latest)
      .where(and(eq(latest.tagId, tagId), eq(latest.orgId, orgId)));
    return stored?.value == null ? undefined : { value: stored.value, quality: stored.quality, time: Number(stored.time) };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.allSettled([...this.#tails.values()]);
  }
}

/** What the device cannot tell apart is no difference: half a raw step of an integer, the last bits of a float32. */
function roundingOf(row: TagRow, asked: number, raw: number | boolean, readBack: unknown): number {
  const whole = Number.isInteger(readBack) && !Number.isInteger(raw);
  return (whole ? 0.5 * Math.abs(row.gain) : 0) + 1e-6 * Math.abs(asked);
}

function outsideTag(row: TagRow, value: number): Outcome | undefined {
  if (row.access !== 'rw') return refused(reason('not-writable', { tag: row.name }));
  const { low, high } = row;
  if ((low !== null && value < low) || (high !== null && value > high))
    return refused(reason('out-of-limits', { value, unit: row.unit ?? '', tag: row.name, low: low ?? '−∞', high: high ?? '∞' }));
  return undefined;
}
