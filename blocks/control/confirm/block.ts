import { defineBlock, f64, field, i32, number, same, text, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'control.confirm',
  version: '1.0.0',
  title: { en: 'Confirmation', zh: '人工确认' },
  summary: {
    en: 'Asks a person before a command goes on; without an answer in time it is refused.',
    zh: '指令放行前请求人工确认；超时未答即拒绝。',
  },
  words: { en: 'approve human operator four eyes', zh: '批准 人工 操作员 复核' },
  icon: 'user-check',
  capabilities: ['screen.render'],
  params: z.object({
    text: field(z.object({ en: z.string().min(1), zh: z.string().min(1) }), {
      title: { en: 'Question', zh: '确认内容' },
      field: 'bilingual',
    }),
    persons: field(z.number().int().min(1).max(5).default(1), { title: { en: 'Persons', zh: '确认人数' } }),
    timeout: field(z.number().positive().max(86_400).default(120), { title: { en: 'Answer within', zh: '应答时限' }, unit: 's' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { value: number() },
  outputs: { out: { value: number(same('value')) }, refused: { value: number(same('value')), reason: text() } },
  state: { open: i32(), asked: f64(), next: f64(), waiting: i32() },
  each(row, s, p, ctx) {
    if (s.open === 1) {
      // one question at a time: the newest command is asked for next
      s.next = row.value;
      s.waiting = 1;
      return;
    }
    s.open = 1;
    s.asked = row.value;
    ctx.effect('confirm.request', { text: p.text, value: row.value, persons: p.persons, timeout: p.timeout });
  },
  onResult(answer, s, p, ctx) {
    const asked = s.asked;
    s.open = 0;
    if (s.waiting === 1) {
      s.waiting = 0;
      s.open = 1;
      s.asked = s.next;
      ctx.effect('confirm.request', { text: p.text, value: s.next, persons: p.persons, timeout: p.timeout });
    }
    return answer.ok ? { out: { value: asked } } : { refused: { value: asked, reason: answer.reason ?? '' } };
  },
});
