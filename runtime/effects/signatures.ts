/** Signatures of what is sent to others, as their makers publish them. Pure. */
import { createHmac } from 'node:crypto';

/** DingTalk robots (open.dingtalk.com, “customize robot security settings”): the secret signs time (ms) and itself; URL-encoded beside the time. */
export const dingtalkSign = (timestamp: number, secret: string): string =>
  createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');

/** Feishu robots (open.feishu.cn, “add custom bot”): time (s) and secret are the key, and nothing is signed. */
export const feishuSign = (seconds: number, secret: string): string =>
  createHmac('sha256', `${seconds}\n${secret}`).digest('base64');

/** Standard Webhooks 1.0.0 (standardwebhooks.com): `whsec_` and base64, or any text as it is. */
export function webhookSign(id: string, seconds: number, body: string, secret: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}
