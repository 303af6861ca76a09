import { and, eq } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { channel, notification } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { type Effect, effectKey, finishEffect, retryEffect } from './outbox.ts';
import type { EffectRequestOf } from './requests.ts';

/** A receiver that is not done in this time is down. */
const WEBHOOK_TIMEOUT_MS = 10_000;

/** The inbox row is written with the answer, so it is there once; the webhook carries the effect's key, so its receiver can tell a repetition. */
export async function sendNotification(db: Db, e: Effect, send: typeof fetch = fetch): Promise<void> {
  const request = e.request as EffectRequestOf<'notify.send'>;
  const [target] = await db
    .select()
    .from(channel)
    .where(and(eq(channel.orgId, e.orgId), eq(channel.name, request.channel)));
  if (target?.kind === 'webhook') {
    const outcome = await postWebhook(String(target.settings.url ?? ''), e, request, send);
    if (outcome.retry) return retryEffect(db, e, 'WEBHOOK', outcome.reason);
    if (outcome.reason) {
      await finishEffect(db, e, 'failed', { ok: false, code: 'WEBHOOK', reason: outcome.reason });
      return;
    }
  }
  await db.transaction(async (tx) => {
    const first = await finishEffect(tx, e, 'done', { ok: true });
    if (first) await tx.insert(notification).values({ orgId: e.orgId, title: request.text, body: valueLine(request.value) });
  });
}

const valueLine = (value: number | null | undefined): Bilingual | null =>
  value === null || value === undefined ? null : { en: `Value ${value}`, zh: `数值 ${value}` };

async function postWebhook(
  url: string,
  e: Effect,
  request: EffectRequestOf<'notify.send'>,
  send: typeof fetch,
): Promise<{ retry: boolean; reason: string }> {
  if (!/^https?:\/\//.test(url)) return { retry: false, reason: 'the channel has no http(s) address' };
  try {
    const response = await send(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'idempotency-key': effectKey(e) },
      body: JSON.stringify({
        id: effectKey(e),
        instance: e.instanceId,
        node: e.node,
        key: e.key,
        text: request.text,
        value: request.value ?? null,
      }),
    });
    await response.body?.cancel();
    if (response.ok) return { retry: false, reason: '' };
    // the receiver understood and does not want it (4xx), or has trouble of its own
    const retry = response.status >= 500 || response.status === 429 || response.status === 408;
    return { retry, reason: `the receiver answered ${response.status}` };
  } catch (error) {
    return { retry: true, reason: `the receiver does not answer: ${(error as Error).message}` };
  }
}
