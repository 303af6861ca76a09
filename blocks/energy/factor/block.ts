import { defineBlock, field, number, text, unit, unitOf, z } from '#blocks/sdk/index.ts';
import { dayOf } from '../dates.ts';
import { factorAt, overlap } from './table.ts';

const date = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'a date as 2026-01-01 | 日期格式为 2026-01-01')
  .refine((d) => !Number.isNaN(dayOf(d)), { message: 'there is no such day | 没有这一天' });

export default defineBlock({
  id: 'energy.factor',
  version: '1.0.0',
  title: { en: 'Energy and carbon factor', zh: '折标与碳排放因子' },
  summary: {
    en: 'Turns an activity into carbon dioxide equivalent or coal equivalent by a dated, sourced factor, and relates it to the output produced.',
    zh: '按带有效期和出处的因子，把活动量折算为二氧化碳当量或标准煤，并给出单位产品值。',
  },
  words: {
    en: 'co2 carbon footprint coal equivalent tce specific energy intensity',
    zh: '碳排放 碳足迹 标准煤 折标系数 单耗 强度',
  },
  icon: 'leaf',
  reference: 'GB/T 2589-2020; GHG Protocol Corporate Standard; IPCC 2006 Guidelines, vol. 2',
  params: z
    .object({
      mode: field(z.enum(['carbon', 'tce', 'specific']).default('carbon'), {
        title: { en: 'Result', zh: '结果' },
        options: {
          carbon: { en: 'carbon dioxide equivalent', zh: '二氧化碳当量' },
          tce: { en: 'coal equivalent', zh: '标准煤' },
          specific: { en: 'activity per output only', zh: '仅单位产品消耗' },
        },
      }),
      unit: unit({ title: { en: 'Unit of the activity', zh: '活动量单位' } }).default('kW.h'),
      factors: field(
        z
          .array(
            z.object({
              from: date,
              to: date.optional(),
              value: z.number().min(0),
              source: z.string().min(3, 'say where the factor comes from | 请注明因子出处'),
            }),
          )
          .max(200)
          .default([]),
        {
          title: { en: 'Factors', zh: '因子表' },
          help: {
            en: 'Kilograms for one unit of activity, with the first and last day it holds and its source.',
            zh: '每单位活动量对应的千克数，附生效日、失效日和出处。',
          },
        },
      ),
      utcOffset: field(z.number().min(-12).max(14).default(8), {
        title: { en: 'Hours ahead of UTC', zh: '与 UTC 的时差' },
        unit: 'h',
      }),
    })
    .refine((p) => p.mode === 'specific' || p.factors.length > 0, {
      message: 'a factor with its date and source is needed | 须给出带日期和出处的因子',
      path: ['factors'],
    })
    .refine((p) => p.factors.every((f) => f.to === undefined || dayOf(f.from) <= dayOf(f.to)), {
      message: 'a factor ends before it begins | 因子失效日早于生效日',
      path: ['factors'],
    })
    .refine((p) => overlap(p.factors) === undefined, {
      message: 'two factors hold on the same day: end the earlier one | 同一天有两个因子生效：请结束较早的一个',
      path: ['factors'],
    }),
  labels: {
    output: { en: 'Output produced', zh: '产品产量' },
    carbon: { en: 'Carbon dioxide equivalent', zh: '二氧化碳当量' },
    coal: { en: 'Coal equivalent', zh: '标准煤' },
    specific: { en: 'Per unit of output', zh: '单位产品值' },
    factor: { en: 'Factor', zh: '因子' },
    source: { en: 'Source of the factor', zh: '因子出处' },
  },
  input: { value: number(unitOf('unit')), output: number(undefined, { optional: true }) },
  /** `carbon` or `coal` by the mode; `specific` is the result (in mode specific: the activity) over the output. */
  output: {
    carbon: number('kg', { optional: true }),
    coal: number('kg', { optional: true }),
    specific: number('1', { optional: true }),
    factor: number('1', { optional: true }),
    source: text({ optional: true }),
  },
  each(row, _s, p) {
    if (row.value < 0) throw new RangeError(`the activity is ${row.value}: consumption is 0 or more`);
    const factor = p.mode === 'specific' ? undefined : factorAt(p.factors, row.time, p.utcOffset);
    if (p.mode !== 'specific' && factor === undefined)
      throw new RangeError('no factor holds on the day of this value: add one with its date and source');
    const mass = factor === undefined ? Number.NaN : row.value * factor.value;
    const amount = p.mode === 'specific' ? row.value : mass;
    return {
      carbon: p.mode === 'carbon' ? mass : Number.NaN,
      coal: p.mode === 'tce' ? mass : Number.NaN,
      specific: row.output === undefined || !(row.output > 0) ? Number.NaN : amount / row.output,
      factor: factor?.value ?? Number.NaN,
      source: factor?.source,
    };
  },
});
