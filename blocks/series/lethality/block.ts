import { boolean, defineBlock, f64, field, number, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'series.lethality',
  version: '1.0.0',
  title: { en: 'Lethality (F₀)', zh: '杀菌值（F₀）' },
  summary: {
    en: 'Adds up the lethal effect of a heat process: F₀ of sterilisation, pasteurisation units, or any reference temperature and z-value.',
    zh: '累计热处理的致死效果：灭菌 F₀、巴氏杀菌 PU，或任意参考温度与 z 值。',
  },
  words: { en: 'F0 sterilisation pasteurisation retort autoclave z-value PU', zh: '灭菌 杀菌 F0 巴氏 蒸煮 高压釜 z值' },
  icon: 'temperature-plus',
  reference: 'Bigelow et al. 1920; Patashnik 1953; Ph. Eur. 5.1.5',
  labels: {
    in: { en: 'Temperature', zh: '温度' },
    reset: { en: 'New batch', zh: '新批次' },
    lethality: { en: 'Lethality', zh: '杀菌值' },
    rate: { en: 'Lethal rate', zh: '致死率' },
    reached: { en: 'Target reached', zh: '已达目标' },
  },
  params: z.object({
    reference: field(z.number().default(121.1), { title: { en: 'Reference temperature', zh: '参考温度' }, unit: 'Cel' }),
    z: field(z.number().positive().default(10), {
      title: { en: 'z-value', zh: 'z 值' },
      unit: 'K',
      help: { en: 'Rise of temperature that shortens the time to a tenth.', zh: '致死时间缩短到十分之一所需的升温。' },
    }),
    least: field(z.number().optional(), {
      title: { en: 'Counted from', zh: '起计温度' },
      unit: 'Cel',
      help: { en: 'Below it nothing is added. Empty: everything counts.', zh: '低于该温度不计。留空：全部计入。' },
    }),
    target: field(z.number().positive().optional(), { title: { en: 'Target', zh: '目标值' }, unit: 'min' }),
    gap: field(z.number().positive().default(300), {
      title: { en: 'Longest gap bridged', zh: '可跨越的最长中断' },
      unit: 's',
      help: { en: 'Over a longer one nothing is added.', zh: '更长的中断不累计。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { in: { value: number('Cel') }, reset: {} },
  optionalInputs: ['reset'],
  output: { lethality: number('min'), rate: number('1'), reached: boolean() },
  state: { at: f64(Number.NEGATIVE_INFINITY), rate: f64(), worst: f64(), total: f64() },
  on: {
    in(row, s, p, ctx) {
      if (row.time < s.at) {
        ctx.late();
        return;
      }
      const minutes = (row.time - s.at) / 60_000;
      const rate = p.least !== undefined && row.value < p.least ? 0 : 10 ** ((row.value - p.reference) / p.z);
      const bridged = minutes * 60 <= p.gap;
      if (bridged) s.total += ((s.rate + rate) / 2) * minutes;
      const quality = bridged ? Math.max(row.quality, s.worst) : row.quality;
      s.at = row.time;
      s.rate = rate;
      s.worst = row.quality;
      return { quality, lethality: s.total, rate, reached: p.target !== undefined && s.total >= p.target };
    },
    reset(_row, s) {
      s.total = 0;
    },
  },
});
