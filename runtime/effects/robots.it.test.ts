/**
 * Robots of chat services. No independent peer can be run here: `robots.conversations.json` holds conversations as their makers publish them or users quote them,
 * each with its source, and a server on loopback plays them.
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { channel, notification, secret } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { type RobotKind, robotRateOf } from './channels.ts';
import { fixture, until } from './fixture.testing.ts';
import type { Message } from './notify.ts';
import { judgeAnswer, robotRequest } from './robots.ts';
import { startEffectRunner } from './runner.ts';
import { dingtalkSign, feishuSign } from './signatures.ts';

interface Conversation {
  readonly what: string;
  readonly kind: RobotKind;
  readonly source: string;
  readonly status: number;
  readonly answer: Record<string, unknown> | null;
  readonly expected: 'sent' | 'later' | 'again' | 'never';
  readonly later?: number;
  readonly code?: string;
}
const CONVERSATIONS = JSON.parse(readFileSync(new URL('./robots.conversations.json', import.meta.url), 'utf8')) as Conversation[];
const MASTER_KEY = 'a master key of at least thirty-two letters';
const text = { en: 'Pressure high @all', zh: '压力高 <@all>' };
const message: Message = { key: '1:7:0', instance: 'i', node: 'n', subject: 'C-101', text, value: 8.2 };

test.each(CONVERSATIONS)('recorded: $what', ({ kind, status, answer, expected, later, code }) => {
  const delivery = judgeAnswer(kind, status, answer ?? undefined);
  expect(delivery.ok).toBe(expected === 'sent');
  if (delivery.ok) return;
  expect(delivery.again).toBe(expected === 'again' || expected === 'later');
  expect(delivery.later).toBe(later);
  if (code) expect(delivery.why.code).toBe(code);
});

test('bodies are as published: Markdown for WeCom and DingTalk, a post in both languages for Feishu; nobody is called by the words of an app', () => {
  const url = 'https://robot.example/send?access_token=KEY';
  const wecom = robotRequest('wecom', { url, sign: '' }, message, 0);
  expect(wecom).toEqual({
    target: url,
    body: {
      msgtype: 'markdown',
      markdown: { content: '### 压力高 ＜＠all>\n\nPressure high ＠all\n\n数值 8.2\n\nC-101 · n · 1:7:0' },
    },
  });
  const now = 1_546_084_445_901;
  const ding = robotRequest('dingtalk', { url, sign: 'this is secret' }, message, now);
  expect(ding.target).toBe(`${url}&timestamp=${now}&sign=iZUamRUhDrNjadIMypR3HzMCRArfP4PWgn33Azh7zVk%3D`);
  expect(ding.body).toMatchObject({ msgtype: 'markdown', markdown: { title: '压力高 ＜＠all>' } });
  const feishu = robotRequest('feishu', { url, sign: 'demo' }, message, 1_599_360_473_999);
  expect(feishu.body).toMatchObject({
    timestamp: '1599360473',
    sign: 'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=',
    msg_type: 'post',
    content: {
      post: {
        zh_cn: { title: '压力高 <@all>', content: [[{ tag: 'text', text: '数值 8.2' }], [{ tag: 'text' }]] },
        en_us: { title: 'Pressure high @all', content: [[{ tag: 'text', text: 'Value 8.2' }], [{ tag: 'text' }]] },
      },
    },
  });
  const long = { ...message, text: { en: 'x', zh: '压'.repeat(5_000) } };
  const { body } = robotRequest('wecom', { url, sign: '' }, long, 0);
  expect(Buffer.byteLength((body as { markdown: { content: string } }).markdown.content)).toBeLessThanOrEqual(4_096);
});

test('in no minute more than twenty, however the minute is cut', () => {
  const { perMinute, burst } = robotRateOf({ perMinute: 20 });
  expect(burst + perMinute).toBeLessThanOrEqual(20);
});

test('sent with the sealed address and signature; too many waits, a wrong signature is given up, a busy service is tried again', async () => {
  await using f = await fixture();
  const play: Record<RobotKind, Conversation[]> = {
    wecom: CONVERSATIONS.filter((c) => c.kind === 'wecom' && c.expected === 'sent'),
    dingtalk: [],
    feishu: [],
  };
  const recorded = (what: string) => {
    const one = CONVERSATIONS.find((c) => c.what === what);
    if (!one) throw new Error(`no conversation “${what}”`);
    return one;
  };
  play.dingtalk = [recorded('DingTalk is busy'), recorded('DingTalk takes a message')];
  play.feishu = [recorded('Feishu refuses signature or time')];
  const heard: { kind: string; url: URL; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://robot');
    const kind = url.pathname.slice(1) as RobotKind;
    let body = '';
    for await (const part of request) body += part;
    heard.push({ kind, url, body: JSON.parse(body) });
    const said = play[kind].shift();
    response.writeHead(said?.status ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(said?.answer ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  for (const kind of ['wecom', 'dingtalk', 'feishu'] as const) {
    const sealed = JSON.stringify({
      url: `http://127.0.0.1:${port}/${kind}?key=TOPSECRET`,
      sign: kind === 'wecom' ? '' : 'SIGNSECRET',
    });
    const secretId = await sealSecret(f.db, MASTER_KEY, 'org', kind, sealed);
    await f.db.insert(channel).values({ orgId: 'org', name: kind, kind, secretId, settings: {} });
    await f.add('notify.send', { channel: kind, text, value: 8.2 });
  }
  const warned: string[] = [];
  const runner = startEffectRunner({ db: f.db, masterKey: MASTER_KEY, warn: (what, e) => warned.push(`${what} ${e}`) });
  try {
    await until(async () => (await f.rows()).every((e) => e.status === 'done' || e.status === 'failed'));
    play.wecom = [recorded('WeCom has had more than twenty in a minute')];
    await f.add('notify.send', { channel: 'wecom', text });
    await until(async () => play.wecom.length === 0 && (await f.rows())[3]?.status === 'pending');
  } finally {
    await runner.stop();
    server.closeAllConnections();
    server.close();
  }
  const rows = await f.rows();
  expect(rows.slice(0, 3).map((e) => [e.status, e.attempts, e.answer?.code])).toEqual([
    ['done', 1, undefined],
    ['done', 2, undefined],
    ['failed', 1, 'robot-signature'],
  ]);
  // a pause that the service asks for is no failed attempt
  expect(rows[3]).toMatchObject({ status: 'pending', attempts: 1 });
  expect(rows[3]?.nextAt.getTime()).toBeGreaterThan(Date.now() + 40_000);
  const ding = heard.find((h) => h.kind === 'dingtalk');
  const at = Number(ding?.url.searchParams.get('timestamp'));
  expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
  expect(ding?.url.searchParams.get('sign')).toBe(dingtalkSign(at, 'SIGNSECRET'));
  const feishu = heard.find((h) => h.kind === 'feishu');
  expect(feishu?.body.sign).toBe(feishuSign(Number(feishu?.body.timestamp), 'SIGNSECRET'));
  const told = JSON.stringify([
    rows,
    warned,
    await f.db.select().from(channel),
    await f.db.select().from(secret),
    await f.answers(),
  ]);
  expect(told).not.toMatch(/TOPSECRET|SIGNSECRET/);
  // the inbox has also what the robot refused
  expect(await f.db.select().from(notification)).toHaveLength(3);
});
