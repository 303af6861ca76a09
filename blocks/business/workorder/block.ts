import { boolean, defineBlock, f64, field, i32, integer, jsonState, number, text, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'business.workorder',
  version: '1.0.0',
  title: { en: 'Work order', zh: '工单' },
  summary: {
    en: 'Opens a work order when a condition comes on, and no second one for the same object within a time.',
    zh: '条件由假变真时建立工单；同一对象在设定时间内不重复建立。',
  },
  words: { en: 'maintenance task ticket job repair', zh: '维修 任务 派工 检修' },
  icon: 'clipboard-list',
  capabilities: ['record.write:workorder'],
  reference: 'IEC 62264-3 (maintenance work order)',
  labels: {
    code: { en: 'Number of the work order', zh: '工单号' },
    version: { en: 'Version', zh: '版本' },
  },
  params: z.object({
    title: field(z.object({ en: z.string().min(1), zh: z.string().min(1) }), {
      title: { en: 'What is to be done', zh: '工单内容' },
      field: 'bilingual',
    }),
    prefix: field(
      z
        .string()
        .regex(/^[A-Z][A-Z0-9-]{0,15}$/)
        .default('WO'),
      {
        title: { en: 'Number begins with', zh: '工单号前缀' },
      },
    ),
    priority: field(z.number().int().min(1).max(4).default(3), {
      title: { en: 'Priority', zh: '优先级' },
      help: { en: '1 is the most urgent.', zh: '1 为最紧急。' },
    }),
    assignee: field(z.string().max(100).default(''), {
      title: { en: 'Assigned to', zh: '指派给' },
      help: { en: 'A role, such as maintenance.', zh: '角色，例如 maintenance。' },
    }),
    again: field(z.number().min(0).max(8760).default(24), { title: { en: 'No second one within', zh: '不重复时间' }, unit: 'h' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: { condition: boolean(), value: number(undefined, { optional: true }) },
  /** One row an answered request. */
  output: { ok: boolean(), code: text(), state: text(), version: integer(), reason: text() },
  state: { on: i32(), last: f64(Number.NEGATIVE_INFINITY), asked: jsonState<{ code: string }>({ code: '' }) },
  each(row, s, p, ctx) {
    const rising = row.condition && s.on === 0;
    s.on = row.condition ? 1 : 0;
    if (!rising || row.time < s.last + p.again * 3_600_000) return;
    s.last = row.time;
    // by object and time: the same row asks for the same number
    const code = `${p.prefix}-${row.key}-${Math.floor(row.time / 1000)}`;
    s.asked = { code };
    const value = row.value;
    ctx.effect('record.write', {
      kind: 'workorder',
      code,
      transition: 'create',
      data: {
        title: p.title,
        asset: row.key,
        priority: p.priority,
        ...(p.assignee === '' ? {} : { assignee: p.assignee }),
        ...(value === undefined || Number.isNaN(value) ? {} : { value }),
      },
    });
  },
  onResult(answer, s) {
    const found = answer.value as { code?: string; state?: string; version?: number } | undefined;
    // what was not written may be asked for again at the next rise
    if (!answer.ok) s.last = Number.NEGATIVE_INFINITY;
    return {
      ok: answer.ok,
      code: found?.code ?? s.asked.code,
      state: found?.state ?? '',
      version: found?.version ?? 0,
      reason: answer.reason ?? '',
    };
  },
});
