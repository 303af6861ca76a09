import { boolean, defineBlock, f64, field, number, same, unit, unitOf, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'quality.r2r',
  version: '1.0.0',
  title: { en: 'Run-to-run controller', zh: '批间控制（R2R）' },
  summary: {
    en: 'Recommends the next setting of a machine from each measurement: EWMA estimate of the disturbance, within an envelope and a largest step.',
    zh: '根据每次测量推荐下一次设定值：以 EWMA 估计扰动，并限制在允许范围与最大步长之内。',
  },
  words: { en: 'ewma control feedback setting correction offset', zh: '逐批 反馈 补偿 设定 调机' },
  icon: 'adjustments-alt',
  reference:
    'Ingolfsson & Sachs 1993, Stability and sensitivity of an EWMA controller, Journal of Quality Technology 25; Montgomery ch. 12',
  params: z
    .object({
      target: field(z.number(), { title: { en: 'Target', zh: '目标值' } }),
      gain: field(
        z.number().refine((b) => b !== 0, { message: 'a gain of 0 means that the setting has no effect | 增益不能为 0' }),
        {
          title: { en: 'Gain of the model', zh: '模型增益' },
          help: { en: 'Change of the measurement for one unit of the setting.', zh: '设定值变化一个单位时测量值的变化。' },
        },
      ),
      plantGain: field(z.number().optional(), {
        title: { en: 'Largest gain of the plant', zh: '对象最大增益' },
        help: {
          en: 'The largest that is thinkable: the loop is stable when 0 < λ · this / gain of the model < 2. Empty: not checked.',
          zh: '可能出现的最大值：0 < λ·该值/模型增益 < 2 时闭环稳定。留空则不校验。',
        },
      }),
      lambda: field(z.number().gt(0).max(1).default(0.4), {
        title: { en: 'Weight λ of the newest run', zh: '最新一批的权重 λ' },
      }),
      start: field(z.number(), { title: { en: 'First setting', zh: '初始设定值' } }),
      low: field(z.number(), { title: { en: 'Lowest setting', zh: '设定下限' } }),
      high: field(z.number(), { title: { en: 'Highest setting', zh: '设定上限' } }),
      maxStep: field(z.number().positive().optional(), {
        title: { en: 'Largest step', zh: '最大步长' },
        help: { en: 'From one run to the next; empty: any.', zh: '相邻两批之间；留空不限。' },
      }),
      unit: unit({ title: { en: 'Unit of the setting', zh: '设定值单位' } }).default('1'),
    })
    .refine((p) => p.low < p.high, { message: 'the envelope ends before it begins | 设定下限须小于上限', path: ['high'] })
    .refine((p) => p.start >= p.low && p.start <= p.high, {
      message: 'the first setting lies within the envelope | 初始设定值须在允许范围内',
      path: ['start'],
    })
    .refine(
      (p) => p.plantGain === undefined || ((p.lambda * p.plantGain) / p.gain > 0 && (p.lambda * p.plantGain) / p.gain < 2),
      {
        message:
          'unstable: λ · gain of the plant / gain of the model must lie between 0 and 2 | 闭环不稳定：λ·对象增益/模型增益须在 0 与 2 之间',
        path: ['gain'],
      },
    ),
  labels: {
    setting: { en: 'Setting', zh: '设定值' },
    disturbance: { en: 'Disturbance', zh: '扰动估计' },
    limited: { en: 'Limited by envelope or step', zh: '受范围或步长限制' },
  },
  badQuality: 'skip',
  input: { value: number(), setting: number(unitOf('unit'), { optional: true }) },
  output: {
    setting: number(unitOf('unit')),
    disturbance: number(same('value')),
    error: number(same('value')),
    limited: boolean(),
  },
  state: { begun: f64(), setting: f64(), disturbance: f64() },
  /** `setting` of the row is what the machine ran with; without that column it is taken to be what was recommended. */
  each(row, s, p) {
    const used = row.setting ?? (s.begun === 0 ? p.start : s.setting);
    // the first estimate is that the model is right at the first setting
    const before = s.begun === 0 ? p.target - p.gain * p.start : s.disturbance;
    s.begun = 1;
    s.disturbance = p.lambda * (row.value - p.gain * used) + (1 - p.lambda) * before;
    const wanted = (p.target - s.disturbance) / p.gain;
    const step = p.maxStep ?? Number.POSITIVE_INFINITY;
    const setting = Math.min(p.high, Math.max(p.low, Math.min(used + step, Math.max(used - step, wanted))));
    s.setting = setting;
    return { setting, disturbance: s.disturbance, error: row.value - p.target, limited: setting !== wanted };
  },
});
