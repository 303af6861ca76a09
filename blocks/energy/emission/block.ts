import { boolean, defineBlock, f64, field, i32, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import { add, atReference, close, invalidBy, massFlow, nothingOpen, type Open } from './average.ts';

const UNCERTAIN = 0x40;

export default defineBlock({
  id: 'energy.emission',
  version: '1.0.0',
  title: { en: 'Stack emission', zh: '烟气排放' },
  summary: {
    en: 'Concentration at the reference oxygen, mass flow, averages with their share of valid data, and the limit.',
    zh: '折算基准氧含量浓度、排放速率，按有效数据占比计算小时均值，并与限值比较。',
  },
  words: {
    en: 'cems nox so2 dust flue gas oxygen correction hj212',
    zh: '在线监测 折算浓度 氮氧化物 二氧化硫 颗粒物 基准氧 超标 小时均值',
  },
  icon: 'building-factory-2',
  reference:
    'GB 13223-2011 and GB 13271-2014 (reference oxygen); HJ 75-2017 (validity of hourly averages); HJ 212-2017 (data flags)',
  params: z
    .object({
      oxygen: field(z.number().min(0).max(20).default(6), {
        title: { en: 'Reference oxygen', zh: '基准氧含量' },
        unit: '%',
        help: {
          en: 'Coal boilers 6 or 9, gas boilers 3.5, gas turbines 15.',
          zh: '燃煤锅炉 6 或 9，燃气锅炉 3.5，燃气轮机 15。',
        },
      }),
      air: field(z.number().min(20.9).max(21).default(21), { title: { en: 'Oxygen of air', zh: '空气氧含量' }, unit: '%' }),
      mostOxygen: field(z.number().positive().max(20.8).default(19), {
        title: { en: 'Standing above this oxygen', zh: '视为停炉的氧含量' },
        unit: '%',
        help: {
          en: 'Above it the correction has no meaning; the data are not valid.',
          zh: '超过此值折算无意义，数据按无效处理。',
        },
      }),
      flags: field(z.array(z.string().min(1)).min(1).default(['N']), {
        title: { en: 'Flags of valid data', zh: '有效数据标记' },
        help: {
          en: 'HJ 212: N normal, F stopped, M maintenance, S set by hand, D fault, C calibration, T out of range, B no connection.',
          zh: 'HJ 212：N 正常，F 停运，M 维护，S 手工输入，D 故障，C 校准，T 超限，B 通讯异常。',
        },
      }),
      interval: field(z.number().positive().default(60), {
        title: { en: 'A value stands for', zh: '单个数据代表时长' },
        unit: 's',
      }),
      average: field(z.number().int().min(60).max(86_400).default(3600), {
        title: { en: 'Average over', zh: '平均周期' },
        unit: 's',
      }),
      least: field(z.number().gt(0).max(1).default(0.75), {
        title: { en: 'Least share of valid data', zh: '有效数据最低占比' },
        help: { en: 'HJ 75: 45 minutes of an hour.', zh: 'HJ 75：每小时不少于 45 分钟。' },
      }),
      limit: field(z.number().positive().optional(), { title: { en: 'Limit of the average', zh: '均值限值' }, unit: 'mg/m3' }),
      idle: field(z.number().min(0).default(60), { title: { en: 'Close when silent for', zh: '静默后关闭' }, unit: 's' }),
    })
    .refine((p) => p.interval <= p.average, {
      message: 'a value stands for at most one average | 单个数据代表时长不得超过平均周期',
      path: ['interval'],
    })
    .refine((p) => p.oxygen < p.mostOxygen, {
      message: 'the reference oxygen lies below the oxygen of standing | 基准氧含量须低于停炉氧含量',
      path: ['oxygen'],
    }),
  labels: {
    average: { en: 'Average', zh: '均值' },
    oxygen: { en: 'Oxygen', zh: '氧含量' },
    flag: { en: 'Data flag', zh: '数据标记' },
    mass: { en: 'Mass flow', zh: '排放速率' },
    valid: { en: 'Valid', zh: '有效' },
    share: { en: 'Share of valid data', zh: '有效数据占比' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: {
    value: number('mg/m3'),
    oxygen: number('%'),
    flow: number('m3/h', { optional: true }),
    flag: text({ optional: true }),
  },
  /** `out` for each valid row; `average` for each period, uncertain when too little of it is valid. */
  outputs: {
    out: { value: number('mg/m3'), mass: number('kg/h', { optional: true }) },
    average: {
      value: number('mg/m3', { optional: true }),
      mass: number('kg/h', { optional: true }),
      share: number('1'),
      valid: boolean(),
      on: boolean(),
    },
  },
  state: { open: jsonState<Open>(nothingOpen()), closed: f64(Number.NEGATIVE_INFINITY), due: f64(), armed: i32() },
  each(row, s, p, ctx) {
    const width = p.average * 1000;
    // a value belongs to the time that ends with it
    const start = Math.floor((row.time - 1) / width) * width;
    if (start < s.closed || (s.open.start !== null && start < s.open.start)) {
      ctx.late();
      return;
    }
    if (s.open.start !== null && start > s.open.start) {
      const a = close(s.open, p.average);
      const valid = a.share >= p.least - 1e-9;
      ctx.emit({
        average: {
          time: a.end,
          quality: valid ? 0 : UNCERTAIN,
          value: a.reference,
          mass: a.mass,
          share: a.share,
          valid,
          on: valid && p.limit !== undefined && a.reference > p.limit,
        },
      });
    }
    if (s.open.start === null) s.open.start = start;
    s.due = ctx.now + (start + width - row.time) + p.idle * 1000;
    if (s.armed === 0) {
      s.armed = 1;
      ctx.wakeAt(s.due);
    }
    const invalid = invalidBy(row.flag, p.flags, row.value, row.oxygen, p.mostOxygen);
    if (invalid === undefined) {
      const value = atReference(row.value, row.oxygen, p.oxygen, p.air);
      const mass = row.flow === undefined ? Number.NaN : massFlow(row.value, row.flow);
      add(s.open, p.interval, p.average, value, mass);
      ctx.emit({ out: { time: row.time, value, mass } });
    }
  },
  onTimer(s, p, ctx) {
    if (ctx.now < s.due) {
      ctx.wakeAt(s.due);
      return;
    }
    s.armed = 0;
    if (s.open.start === null) return;
    const a = close(s.open, p.average);
    s.closed = a.end;
    const valid = a.share >= p.least - 1e-9;
    ctx.emit({
      average: {
        time: a.end,
        quality: valid ? 0 : UNCERTAIN,
        value: a.reference,
        mass: a.mass,
        share: a.share,
        valid,
        on: valid && p.limit !== undefined && a.reference > p.limit,
      },
    });
  },
});
