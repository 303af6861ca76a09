import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { channel, notification } from '#drizzle/schema/index.ts';
import { openSecret, SealBrokenError } from '#drizzle/secrets.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { CHANNELS, isRobot, rateOf, robotRateOf } from './channels.ts';
import { sendMail } from './mail.ts';
import { type Effect, effectKey, finishEffect, postponeEffect, retryEffect } from './outbox.ts';
import { pauseOf, takeTokens } from './rates.ts';
import { type Reason, reason } from './reasons.ts';
import type { EffectRequestOf } from './requests.ts';
import { robotSecret, sendToRobot } from './robots.ts';
import { postWebhook } from './webhook.ts';

/** What a channel delivers. */
export interface Message {
  /** Of the effect: the same whenever the message is sent again. */
  readonly key: string;
  readonly instance: string;
  readonly node: string;
  /** Record key: what it is about. */
  readonly subject: string;
  readonly text: Bilingual;
  readonly value: number | null;
}
/** `later`: its receiver takes no more for so many ms; that is no failed attempt. */
export type Delivery =
  | { readonly ok: true }
  | { readonly ok: false; readonly again: boolean; readonly later?: number; readonly why: Reason };
type Channel = typeof channel.$inferSelect;

/**
 * To the inbox and to the named channel. The inbox row is written with the answer, so it is there once; also when the channel never took the
 * message, because the inbox is where messages go when nothing else works.
 */
export async function sendNotification(db: Db, e: Effect, masterKey: string | undefined): Promise<void> {
  const request = e.request as EffectRequestOf<'notify.send'>;
  const [target] = await db
    .select()
    .from(channel)
    .where(and(eq(channel.orgId, e.orgId), eq(channel.name, request.channel)));
  const delivery = await deliver(db, e, target, masterKey);
  if (delivery === 'postponed') return;
  if (!delivery.ok && delivery.later !== undefined) return postponeEffect(db, e, delivery.later);
  if (!delivery.ok && delivery.again) return retryEffect(db, e, delivery.why, (tx) => toInbox(tx, e));
  await db.transaction(async (tx) => {
    const first = delivery.ok
      ? await finishEffect(tx, e, 'done', { ok: true })
      : await finishEffect(tx, e, 'failed', { ok: false, ...delivery.why });
    if (first) await toInbox(tx, e);
  });
}

async function deliver(
  db: Db,
  e: Effect,
  target: Channel | undefined,
  masterKey: string | undefined,
): Promise<Delivery | 'postponed'> {
  const request = e.request as EffectRequestOf<'notify.send'>;
  const never = (why: Reason): Delivery => ({ ok: false, again: false, why });
  if (!target) return request.channel === 'inbox' ? { ok: true } : never(reason('channel-missing', { channel: request.channel }));
  if (target.kind === 'inbox') return { ok: true };
  const settings = CHANNELS[target.kind].safeParse(target.settings);
  if (!settings.success) return never(reason('channel-settings'));
  const rate = isRobot(target.kind) ? robotRateOf(settings.data) : rateOf(settings.data);
  if ((await takeTokens(db, e.orgId, `channel ${target.id}`, 1, rate)) === 0) {
    await postponeEffect(db, e, pauseOf(rate));
    return 'postponed';
  }
  const message: Message = {
    key: effectKey(e),
    instance: e.instanceId,
    node: e.node,
    subject: e.key,
    text: request.text,
    value: request.value ?? null,
  };
  const password = await passwordOf(db, target, masterKey);
  if (password === 'closed') return never(reason('secret-closed'));
  if (target.kind === 'webhook') return postWebhook(CHANNELS.webhook.parse(target.settings), password, message);
  if (isRobot(target.kind)) {
    const sealed = robotSecret.safeParse(parseJson(password));
    return sealed.success ? sendToRobot(target.kind, sealed.data, message) : never(reason('secret-closed'));
  }
  return sendMail(CHANNELS.email.parse(target.settings), password, message);
}

/** Opens what is sealed for a channel; undefined where nothing is. */
export async function passwordOf(db: Db, target: Channel, masterKey: string | undefined): Promise<string | undefined | 'closed'> {
  if (target.secretId === null) return undefined;
  if (masterKey === undefined) return 'closed';
  try {
    return (await openSecret(db, masterKey, target.orgId, target.secretId)) ?? 'closed';
  } catch (error) {
    if (error instanceof SealBrokenError) return 'closed';
    throw error;
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** A repetition that a person asked for stands there already. */
async function toInbox(tx: Tx, e: Effect): Promise<void> {
  if (e.answered) return;
  const request = e.request as EffectRequestOf<'notify.send'>;
  const { value } = request;
  const body = value === null || value === undefined ? null : { en: `Value ${value}`, zh: `数值 ${value}` };
  await tx.insert(notification).values({ orgId: e.orgId, title: request.text, body });
}
