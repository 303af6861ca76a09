import { and, eq, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import { messageOf } from '#blocks/sdk/connector.ts';
import { appendAudit } from '#drizzle/audit.ts';
import type { Db } from '#drizzle/client.ts';
import type { ResolvedRecipe, ResolvedWrite } from '#drizzle/schema/effect.ts';
import { effect as effects } from '#drizzle/schema/index.ts';
import { auditAct, lockOpen } from '#runtime/effects/audit-acts.ts';
import {
  claimEffects,
  claimUnfinishedRecipes,
  type Effect,
  type EffectAnswer,
  effectKey,
  finishEffect,
} from '#runtime/effects/outbox.ts';
import { reason } from '#runtime/effects/reasons.ts';
import { CAPABILITY_OF, type EffectKind, type EffectRequestOf, MACHINE_KINDS } from '#runtime/effects/requests.ts';
import { ActChecks } from './act-checks.ts';
import { type Attempt, type Outcome, refused } from './attempt.ts';
import { callMethod } from './call-method.ts';
import { downloadRecipe, takeBackRecipe } from './download-recipe.ts';
import type { SupervisedConnection } from './supervised.ts';
import { sendBeat, writeTag } from './write-tag.ts';

/** A write that no app asks for: a client of a server of ours. */
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

/**
 * Performs acts on machines for the tags of the connections that this gateway holds. Every check is made again right before acting, with
 * what is true then: deadline, grant, writable, limits, rate, conditions, leases. The answer and the audit entry are written together.
 */
export class TagWrites {
  readonly #options: { readonly db: Db; readonly log: Logger; readonly holding: () => readonly SupervisedConnection[] };
  readonly #checks: ActChecks;
  /** One act a tag at a time, in order. */
  readonly #tails = new Map<number, Promise<void>>();
  /** How the last sign of life of a node ended: only a change is told. */
  readonly #beats = new Map<string, boolean>();
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: { db: Db; log: Logger; holding: () => readonly SupervisedConnection[] }) {
    this.#options = options;
    this.#checks = new ActChecks(options.db, options.holding);
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
    const { db } = this.#options;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const holders = new Map<number, SupervisedConnection>();
      for (const supervised of this.#options.holding()) {
        // also those that cannot be written any more: the refusal then names the tag instead of letting the time pass
        for (const one of supervised.tags) holders.set(one.id, supervised);
      }
      if (holders.size === 0) return;
      const tagIds = [...holders.keys()];
      const claimed = await claimEffects(db, { kinds: MACHINE_KINDS, tagIds, untilDeadline: true });
      const unfinished = await claimUnfinishedRecipes(db, tagIds);
      if (claimed.length + unfinished.length > 0) this.#again = true;
      for (const effect of claimed) this.#queue(effect, holders, (held) => this.#perform(effect, held));
      for (const effect of unfinished) this.#queue(effect, holders, (held) => this.#takeBack(effect, held));
    }
  }

  #queue(
    effect: Effect,
    holders: ReadonlyMap<number, SupervisedConnection>,
    perform: (supervised: SupervisedConnection) => Promise<Outcome>,
  ): void {
    const { resolved } = effect;
    const supervised = resolved ? holders.get(resolved.tagId) : undefined;
    if (!resolved || !supervised) return;
    const tags = 'values' in resolved ? resolved.values.map((v) => v.tagId) : [resolved.tagId];
    void this.#inTurn(tags, () => this.#one(effect, supervised, perform));
  }

  /** Behind everything that is under way at these tags. */
  #inTurn<T>(tags: readonly number[], work: () => Promise<T>): Promise<T> {
    const done = Promise.all(tags.map((id) => this.#tails.get(id))).then(work);
    const tail = done.then(
      () => {},
      () => {},
    );
    for (const id of tags) this.#tails.set(id, tail);
    void tail.finally(() => {
      for (const id of tags) if (this.#tails.get(id) === tail) this.#tails.delete(id);
    });
    return done;
  }

  async #one(
    effect: Effect,
    supervised: SupervisedConnection,
    perform: (supervised: SupervisedConnection) => Promise<Outcome>,
  ): Promise<void> {
    const { db, log } = this.#options;
    try {
      const outcome = await perform(supervised);
      const { status, ...answer } = outcome;
      await db.transaction(async (tx) => {
        if (!(await lockOpen(tx, effect))) return;
        if (this.#worthTelling(effect, outcome)) await auditAct(tx, effect, outcome);
        await finishEffect(tx, effect, status, answer);
      });
      log.info({ effect: effectKey(effect), tag: effect.resolved?.tagId, ok: outcome.ok, code: outcome.code }, effect.kind);
    } catch (error) {
      // the answer could not be stored: the claim runs out and the effect is done again, or refused when its deadline is over
      log.warn({ effect: effectKey(effect), error: messageOf(error) }, 'act not answered');
    }
  }

  /** A sign of life every second is no entry every second: the first, and each change between going out and not. */
  #worthTelling({ kind, instanceId, node }: Effect, { ok }: Outcome): boolean {
    if (kind !== 'watchdog.beat') return true;
    const id = `${instanceId} ${node}`;
    const same = this.#beats.get(id) === ok;
    this.#beats.set(id, ok);
    return !same;
  }

  #attempt(effect: Effect, supervised: SupervisedConnection): Attempt {
    const { orgId, instanceId, resolved } = effect;
    return {
      orgId,
      instanceId,
      supervised,
      checks: this.#checks,
      deadline: effect.deadline?.getTime() ?? Date.now() + 10_000,
      preconditions: resolved?.preconditions ?? [],
      allowed: () => this.#checks.allowed(effect, CAPABILITY_OF[effect.kind as EffectKind] ?? 'tag.write'),
    };
  }

  #perform(effect: Effect, supervised: SupervisedConnection): Promise<Outcome> {
    const { kind, request, resolved } = effect;
    if (!resolved) return Promise.resolve(refused(reason('tag-gone')));
    const attempt = this.#attempt(effect, supervised);
    if (kind === 'command.send') return callMethod(attempt, resolved, request as EffectRequestOf<'command.send'>);
    if (kind === 'recipe.download')
      return downloadRecipe(attempt, resolved as ResolvedRecipe, request as EffectRequestOf<'recipe.download'>, (former) =>
        this.#keep(effect, former),
      );
    if (kind === 'watchdog.beat') return sendBeat(attempt, resolved as ResolvedWrite);
    return writeTag(attempt, resolved as ResolvedWrite);
  }

  /** What the device had, stored before the first value of a recipe is written; false when the effect is over. */
  async #keep(effect: Effect, former: readonly number[]): Promise<boolean> {
    const kept = await this.#options.db
      .update(effects)
      .set({ resolved: sql`${effects.resolved} || ${JSON.stringify({ former })}::jsonb` })
      .where(and(isThis(effect), eq(effects.status, 'running')))
      .returning({ step: effects.step });
    return kept.length > 0;
  }

  #takeBack(effect: Effect, supervised: SupervisedConnection): Promise<Outcome> {
    const around = { orgId: effect.orgId, supervised, checks: this.#checks, deadline: effect.nextAt.getTime() - 1_000 };
    return takeBackRecipe(around, effect.resolved as ResolvedRecipe);
  }

  /** The same checks as for apps; the audit names who asked. */
  command(asked: Command, supervised: SupervisedConnection): Promise<EffectAnswer> {
    const { orgId, tagId, value, by, deadline, connectionId } = asked;
    return this.#inTurn([tagId], async () => {
      const attempt: Attempt = {
        orgId,
        deadline,
        supervised,
        checks: this.#checks,
        preconditions: [],
        allowed: async () => undefined,
      };
      const { status: _, ...answer } = await writeTag(attempt, { tagId, value, tolerance: 0.001 });
      const action = answer.ok ? 'tag.write' : 'tag.write-refused';
      const details = { asked: value, connection: connectionId, ...answer };
      await this.#options.db.transaction((tx) => appendAudit(tx, { orgId, actor: by, action, target: `tag:${tagId}`, details }));
      return answer;
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.allSettled([...this.#tails.values()]);
  }
}

const isThis = (e: Effect) => and(eq(effects.shardId, e.shardId), eq(effects.step, e.step), eq(effects.ordinal, e.ordinal));
