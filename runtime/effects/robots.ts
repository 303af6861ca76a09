/** Robots of chat services: WeCom, DingTalk, Feishu. Their addresses hold their keys, so these are sealed whole. */
import { z } from 'zod';
import type { RobotKind } from './channels.ts';
import type { Delivery, Message } from './notify.ts';
import { type ReasonCode, reason } from './reasons.ts';
import { dingtalkSign, feishuSign } from './signatures.ts';

/** What is sealed: the address with its key, and the secret that signs where the robot asks for a signature. */
export const robotSecret = z.object({ url: z.url({ protocol: /^https?$/ }).max(500), sign: z.string().max(200).default('') });
export type RobotSecret = z.output<typeof robotSecret>;

const TIMEOUT_MS = 10_000;
/** Bytes that a robot takes: WeCom 4,096 of Markdown; DingTalk and Feishu about 20,000. */
const MOST_BYTES: Readonly<Record<RobotKind, number>> = { wecom: 4_096, dingtalk: 18_000, feishu: 18_000 };

type Verdict = 'sent' | { readonly later: number } | 'again' | ReasonCode;
/** What an answer's code means; anything else that is not 0 is a refusal for good. Sources: the codes' lists of the three open platforms. */
const CODES: Readonly<Record<RobotKind, Readonly<Record<number, Verdict>>>> = {
  // developer.work.weixin.qq.com/document/path/90313: -1 busy, 45009 more than 20 a minute, 93000 no such robot
  wecom: { 0: 'sent', [-1]: 'again', 45009: { later: 60_000 }, 45033: { later: 10_000 }, 93000: 'robot-key' },
  // open.dingtalk.com: -1 busy, 310000 signature, keyword or address of the sender, 130101 more than 20 a minute (then ten minutes of silence), 300001/300005 key
  dingtalk: {
    0: 'sent',
    [-1]: 'again',
    310000: 'robot-signature',
    130101: { later: 600_000 },
    300001: 'robot-key',
    300005: 'robot-key',
  },
  // open.feishu.cn, “add custom bot”: 9499 malformed, 11232 more than 100 a minute or 5 a second, 99991400 (HTTP 429 or 400) too many calls of the tenant, 19001 key, 19021 signature or time, 19022 address, 19024 keyword
  feishu: {
    0: 'sent',
    9499: 'receiver-refused',
    11232: { later: 60_000 },
    99991400: { later: 60_000 },
    19001: 'robot-key',
    19021: 'robot-signature',
    19022: 'robot-signature',
    19024: 'robot-signature',
  },
};

/** One message. Robots know no idempotency key: what was sent and not recorded is sent again, and shows its number at its end. */
export async function sendToRobot(
  kind: RobotKind,
  { url, sign }: RobotSecret,
  message: Message,
  now = Date.now(),
): Promise<Delivery> {
  const { target, body } = robotRequest(kind, { url, sign }, message, now);
  try {
    const response = await fetch(target, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined;
    return judgeAnswer(kind, response.status, answer);
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: unknown }; name?: string };
    // the words of the driver may name the address, which holds the key
    return {
      ok: false,
      again: true,
      why: reason('receiver-away', { cause: typeof cause?.code === 'string' ? cause.code : (name ?? 'Error') }),
    };
  }
}

/** WeCom and DingTalk answer `errcode`, Feishu `code` (older ones `StatusCode`). */
export function judgeAnswer(kind: RobotKind, status: number, answer: Record<string, unknown> | undefined): Delivery {
  const code = Number(answer?.errcode ?? answer?.code ?? answer?.StatusCode ?? Number.NaN);
  const verdict = CODES[kind][code];
  if (verdict === 'sent' && status < 400) return { ok: true };
  const told = Number.isNaN(code) ? status : code;
  const why = reason('receiver-refused', { status: told });
  if (typeof verdict === 'object') return { ok: false, again: true, later: verdict.later, why };
  if (verdict === 'again') return { ok: false, again: true, why };
  if (verdict === 'robot-signature' || verdict === 'robot-key')
    return { ok: false, again: false, why: reason(verdict, { status: told }) };
  if (status === 429) return { ok: false, again: true, later: 60_000, why };
  // no answer of the robot's own: a gateway on the way, or trouble there
  return { ok: false, again: Number.isNaN(code) && (status >= 500 || status === 408), why };
}

/** Address and body as the service wants them. */
export function robotRequest(kind: RobotKind, { url, sign }: RobotSecret, message: Message, now: number) {
  if (kind === 'feishu') {
    const seconds = Math.floor(now / 1000);
    const signed = sign === '' ? {} : { timestamp: String(seconds), sign: feishuSign(seconds, sign) };
    const post = { zh_cn: lines('zh', message, kind), en_us: lines('en', message, kind) };
    const of = ({ title, rest }: Lines) => ({ title, content: rest.map((text) => [{ tag: 'text', text }]) });
    return {
      target: url,
      body: { ...signed, msg_type: 'post', content: { post: { zh_cn: of(post.zh_cn), en_us: of(post.en_us) } } },
    };
  }
  const zh = lines('zh', message, kind);
  const en = lines('en', message, kind);
  const same = zh.title === en.title;
  const text = [`### ${zh.title}`, ...(same ? [] : [en.title]), ...zh.rest].join('\n\n');
  if (kind === 'wecom') return { target: url, body: { msgtype: 'markdown', markdown: { content: cut(text, MOST_BYTES.wecom) } } };
  const target = new URL(url);
  if (sign !== '') {
    target.searchParams.set('timestamp', String(now));
    target.searchParams.set('sign', dingtalkSign(now, sign));
  }
  const body = { msgtype: 'markdown', markdown: { title: cut(zh.title, 200), text: cut(text, MOST_BYTES.dingtalk) } };
  return { target: target.href, body };
}

interface Lines {
  readonly title: string;
  readonly rest: readonly string[];
}
/** The words of an app are words: they call nobody (`<@all>`). */
function lines(language: 'en' | 'zh', { text, value, subject, node, key }: Message, kind: RobotKind): Lines {
  const plain = (words: string) => (kind === 'feishu' ? words : words.replaceAll('<', '＜').replaceAll('@', '＠'));
  const said = value === null ? [] : [language === 'zh' ? `数值 ${value}` : `Value ${value}`];
  return {
    title: cut(plain(text[language]).replaceAll(/\s+/g, ' '), 1_000),
    rest: [...said, plain(`${subject} · ${node} · ${key}`)],
  };
}

/** At most so many bytes of UTF-8, at the end of a character. */
function cut(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, most - 3)).replace(/\ufffd+$/, '')}…`;
}
