import { boolean, defineBlock, f64, field, i32, number, text, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'notify.send',
  version: '1.0.0',
  title: { en: 'Notification', zh: '通知' },
  summary: {
    en: 'Sends a message once when a condition comes on, not more often than its interval.',
    zh: '条件由假变真时发送一次消息，发送间隔不小于设定值。',
  },
  words: { en: 'message mail push wecom dingtalk', zh: '消息 邮件 推送 企业微信 钉钉' },
  icon: 'send',
  capabilities: ['notify.send'],
  params: z.object({
    channel: field(z.string().min(1).default('inbox'), {
      title: { en: 'Channel', zh: '通知渠道' },
      help: { en: 'A channel of the organization; inbox always works.', zh: '组织的通知渠道；“inbox”（站内信）始终可用。' },
    }),
    text: field(z.object({ en: z.string().min(1), zh: z.string().min(1) }), {
      title: { en: 'Message', zh: '消息内容' },
      field: 'bilingual',
    }),
    interval: field(z.number().min(0).default(300), { title: { en: 'Not more often than every', zh: '最小间隔' }, unit: 's' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { condition: boolean(), value: number(undefined, { optional: true }) },
  /** One row an answered message. */
  output: { sent: boolean(), reason: text() },
  state: { on: i32(), last: f64(Number.NEGATIVE_INFINITY) },
  each(row, s, p, ctx) {
    const rising = row.condition && s.on === 0;
    s.on = row.condition ? 1 : 0;
    if (!rising || row.time < s.last + p.interval * 1000) return;
    s.last = row.time;
    const value = row.value;
    ctx.effect('notify.send', {
      channel: p.channel,
      text: p.text,
      ...(value === undefined || Number.isNaN(value) ? {} : { value }),
    });
  },
  onResult: (answer) => ({ sent: answer.ok, reason: answer.reason ?? '' }),
});
