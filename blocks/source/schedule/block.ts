import { defineBlock, field, integer, text, z } from '#blocks/sdk/index.ts';
import { cronFault } from './cron.ts';

export default defineBlock({
  id: 'source.schedule',
  version: '1.0.0',
  title: { en: 'Schedule', zh: '定时' },
  summary: {
    en: 'One row at each due time: by a cron rule in the time zone of the site, or when its shifts start or end.',
    zh: '到期即输出一行：按站点时区的 cron 规则，或在班次开始、结束时触发。',
  },
  words: { en: 'cron timer shift calendar periodic daily report', zh: '定时 周期 班次 日历 交接班 日报' },
  icon: 'calendar-clock',
  reference: 'IEEE Std 1003.1 (POSIX) crontab; clock changes as in Vixie cron',
  labels: {
    shift: { en: 'Shift', zh: '班次' },
    day: { en: 'Production day', zh: '生产日' },
    missed: { en: 'Missed before', zh: '此前错过次数' },
  },
  params: z
    .object({
      on: field(z.enum(['cron', 'shift-start', 'shift-end']).default('cron'), {
        title: { en: 'Ticks', zh: '触发方式' },
        options: {
          cron: { en: 'By a cron rule', zh: '按 cron 规则' },
          'shift-start': { en: 'When a shift starts', zh: '班次开始时' },
          'shift-end': { en: 'When a shift ends', zh: '班次结束时' },
        },
      }),
      cron: field(z.string().max(120).default('0 * * * *'), {
        title: { en: 'Cron rule', zh: 'cron 规则' },
        help: {
          en: 'Minute, hour, day of month, month, weekday; 30 6 * * MON-FRI is 06:30 on working days.',
          zh: '分 时 日 月 周；30 6 * * MON-FRI 表示工作日 06:30。',
        },
      }),
      inShifts: field(z.boolean().default(false), {
        title: { en: 'Only while a shift is on', zh: '仅在班次内' },
      }),
      misfire: field(z.enum(['skip', 'latest', 'all']).default('latest'), {
        title: { en: 'Missed due times', zh: '错过的时刻' },
        help: {
          en: 'What happens to due times that passed while nothing ran.',
          zh: '停机期间错过的到期时刻如何处理。',
        },
        options: {
          skip: { en: 'No row', zh: '不补' },
          latest: { en: 'One row for the latest', zh: '只补最近一次' },
          all: { en: 'A row for each', zh: '逐次补齐' },
        },
      }),
    })
    .refine((p) => p.on !== 'cron' || cronFault(p.cron) === undefined, {
      path: ['cron'],
      error: (issue) => cronFault(String((issue.input as { cron?: unknown } | undefined)?.cron)) ?? 'no cron rule',
    }),
  source: { kind: 'schedule', schedule: 'cron' },
  output: { shift: text(), day: text(), missed: integer() },
});
