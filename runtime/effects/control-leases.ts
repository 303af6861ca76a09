/** Exclusive control: who alone may act on a tag or an asset, for a time. Judged by the database's clock, which all processes share. */
import { and, eq, gt, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import type { Db, Tx } from '#drizzle/client.ts';
import type { ResolvedLease } from '#drizzle/schema/effect.ts';
import { asset, controlLease, installation, instance } from '#drizzle/schema/index.ts';
import { type Effect, finishEffect } from './outbox.ts';
import { type Reason, reason } from './reasons.ts';
import type { EffectRequestOf } from './requests.ts';

/** Above every app (1 to 9): while a person has an asset, no app acts there. */
export const RANK_OF_PERSONS = 10;
/** Number space of advisory locks, beside those of the log: takers of one asset's leases go in turn. */
const SPACE = 9;

export type Lease = typeof controlLease.$inferSelect;
/** An app, or a person. */
export type Holder = { readonly instanceId: string } | { readonly userId: string };
export interface LeaseWish {
  readonly orgId: string;
  readonly assetId: string;
  /** Null: the whole asset. */
  readonly tagId: number | null;
  readonly holder: Holder;
  readonly name: string;
  readonly rank: number;
  readonly seconds: number;
}
export type LeaseTaken = { readonly ok: true; readonly until: Date } | { readonly ok: false; readonly why: Reason };

const standing = () => gt(controlLease.until, sql`clock_timestamp()`);
const heldBy = (holder: Holder): SQL =>
  'instanceId' in holder ? eq(controlLease.instanceId, holder.instanceId) : eq(controlLease.userId, holder.userId);
const sameTarget = ({ orgId, assetId, tagId }: Pick<LeaseWish, 'orgId' | 'assetId' | 'tagId'>) =>
  and(
    eq(controlLease.orgId, orgId),
    eq(controlLease.assetId, assetId),
    tagId === null ? isNull(controlLease.tagId) : eq(controlLease.tagId, tagId),
  );
/** A lease of a tag and one of its whole asset are about the same machine. */
const overlapping = ({ orgId, assetId, tagId }: Pick<LeaseWish, 'orgId' | 'assetId' | 'tagId'>) =>
  and(
    eq(controlLease.orgId, orgId),
    eq(controlLease.assetId, assetId),
    tagId === null ? undefined : or(isNull(controlLease.tagId), eq(controlLease.tagId, tagId)),
  );

const secondsLeft = (until: Date) => Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000));
const leased = ({ holder, until }: Lease): Reason => reason('leased', { holder, seconds: secondsLeft(until) });
const mine = (lease: Lease, holder: Holder): boolean =>
  'instanceId' in holder ? lease.instanceId === holder.instanceId : lease.userId === holder.userId;

/** Takes or renews. Whoever has it with a lower rank loses it, which the audit tells; with the same or a higher one it stays theirs. */
export async function takeLease(tx: Tx, wish: LeaseWish): Promise<LeaseTaken> {
  await tx.execute(sql`select pg_advisory_xact_lock(${SPACE}, hashtext(${wish.assetId}))`);
  const there = await tx
    .select()
    .from(controlLease)
    .where(and(overlapping(wish), standing()));
  const others = there.filter((lease) => !mine(lease, wish.holder));
  const stronger = others.find((lease) => lease.rank >= wish.rank);
  if (stronger) return { ok: false, why: leased(stronger) };
  const { orgId, assetId, tagId, holder, name, rank } = wish;
  // rows whose time is over go as well
  await tx.delete(controlLease).where(and(overlapping(wish), or(sql`not ${standing()}`, and(heldBy(holder), sameTarget(wish)))));
  if (others.length > 0)
    await tx.delete(controlLease).where(
      inArray(
        controlLease.id,
        others.map((lease) => lease.id),
      ),
    );
  const [made] = await tx
    .insert(controlLease)
    .values({
      orgId,
      assetId,
      tagId,
      ...holder,
      holder: name,
      rank,
      until: sql`clock_timestamp() + ${wish.seconds} * interval '1 s'`,
    })
    .returning();
  if (!made) throw new Error('the lease was not stored');
  // a renewal is no news
  if (others.length > 0 || !there.some((lease) => mine(lease, holder)))
    await appendAudit(tx, {
      orgId,
      actor: actorOf(holder),
      action: others.length > 0 ? 'lease.take-over' : 'lease.take',
      target: targetOf(wish),
      details: { holder: name, rank, seconds: wish.seconds, ...(others.length > 0 ? { from: others.map((o) => o.holder) } : {}) },
    });
  return { ok: true, until: made.until };
}

/** Gives it back before its time; false when it was not theirs. */
export async function releaseLease(tx: Tx, wish: Pick<LeaseWish, 'orgId' | 'assetId' | 'tagId' | 'holder'>): Promise<boolean> {
  const gone = await tx
    .delete(controlLease)
    .where(and(sameTarget(wish), heldBy(wish.holder)))
    .returning({ until: controlLease.until });
  const held = gone.some((lease) => lease.until.getTime() > Date.now());
  if (held)
    await appendAudit(tx, { orgId: wish.orgId, actor: actorOf(wish.holder), action: 'lease.release', target: targetOf(wish) });
  return held;
}

/** Why somebody else's lease forbids to act on one of these tags; `instanceId` absent: whoever acts is no app. */
export async function leasedByOther(
  db: Db,
  orgId: string,
  tags: readonly { readonly id: number; readonly assetId: string }[],
  instanceId: string | undefined,
): Promise<Reason | undefined> {
  const rows = await db
    .select()
    .from(controlLease)
    .where(
      and(
        eq(controlLease.orgId, orgId),
        inArray(controlLease.assetId, [...new Set(tags.map((t) => t.assetId))]),
        or(
          isNull(controlLease.tagId),
          inArray(
            controlLease.tagId,
            tags.map((t) => t.id),
          ),
        ),
        standing(),
      ),
    );
  const other = rows.find((lease) => instanceId === undefined || lease.instanceId !== instanceId);
  return other && leased(other);
}

/** What stands now, for screens. */
export const listLeases = (tx: Tx, orgId: string) =>
  tx
    .select()
    .from(controlLease)
    .where(and(eq(controlLease.orgId, orgId), standing()))
    .orderBy(controlLease.until);

/** Performs `lease.take` and `lease.release`: changes and answers in one transaction. */
export async function performLease(db: Db, e: Effect): Promise<void> {
  await db.transaction(async (tx) => {
    const resolved = e.resolved as ResolvedLease | null;
    const request = e.request as EffectRequestOf<'lease.take'>;
    if (!resolved) {
      await finishEffect(tx, e, 'refused', { ok: false, ...reason('tag-gone') });
      return;
    }
    const target = { orgId: e.orgId, assetId: resolved.assetId, tagId: request.scope === 'asset' ? null : resolved.tagId };
    const holder = { instanceId: e.instanceId };
    if (e.kind === 'lease.release') {
      await releaseLease(tx, { ...target, holder });
      await finishEffect(tx, e, 'done', { ok: true });
      return;
    }
    const name = await nameOf(tx, e.orgId, e.instanceId);
    if (name === undefined) {
      await finishEffect(tx, e, 'refused', { ok: false, ...reason('app-gone') });
      return;
    }
    const taken = await takeLease(tx, { ...target, holder, name, rank: request.rank, seconds: request.seconds });
    if (taken.ok) await finishEffect(tx, e, 'done', { ok: true, value: { until: taken.until.getTime(), holder: name } });
    else await finishEffect(tx, e, 'refused', { ok: false, ...taken.why });
  });
}

/** `Pressure control · C-101`. */
async function nameOf(tx: Tx, orgId: string, instanceId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ app: installation.name, key: instance.key, asset: asset.code })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .leftJoin(asset, eq(asset.id, instance.assetId))
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
  return row && `${row.app.en === row.app.zh ? row.app.en : `${row.app.en} / ${row.app.zh}`} · ${row.asset ?? row.key}`;
}

const actorOf = (holder: Holder) => ('instanceId' in holder ? `app:${holder.instanceId}` : `user:${holder.userId}`);
const targetOf = ({ assetId, tagId }: Pick<LeaseWish, 'assetId' | 'tagId'>) =>
  tagId === null ? `asset:${assetId}` : `tag:${tagId}`;
