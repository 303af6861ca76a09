import type { ChannelSettings } from './channels.ts';
import type { Delivery, Message } from './notify.ts';
import { reason } from './reasons.ts';
import { webhookSign } from './signatures.ts';

/** A receiver that is not done in this time is down. */
const TIMEOUT_MS = 10_000;

/** The message carries its effect's key: its receiver can tell a repetition, so that what is sent twice happens once. */
export async function postWebhook(
  settings: ChannelSettings<'webhook'>,
  secret: string | undefined,
  message: Message,
): Promise<Delivery> {
  const { key: id, instance, node, subject: key, text, value } = message;
  const body = JSON.stringify({ id, instance, node, key, text, value });
  const seconds = Math.floor(Date.now() / 1000);
  const signed: Record<string, string> =
    secret === undefined
      ? {}
      : { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': webhookSign(id, seconds, body, secret) };
  try {
    const response = await fetch(settings.url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'idempotency-key': id, ...signed },
      body,
    });
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    // the receiver understood and does not want it (4xx), or has trouble of its own
    const again = response.status >= 500 || response.status === 429 || response.status === 408;
    return { ok: false, again, why: reason('receiver-refused', { status: response.status }) };
  } catch (error) {
    return { ok: false, again: true, why: reason('receiver-away', { cause: causeOf(error) }, (error as Error).message) };
  }
}

/** `ECONNREFUSED`, `TimeoutError`: the same in every language. */
function causeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: unknown }; name?: string };
  return typeof cause?.code === 'string' ? cause.code : (name ?? 'Error');
}
