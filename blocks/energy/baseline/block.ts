import { boolean, defineBlock, field, frame, integer, jsonState, number, rows, same, text, z } from '#blocks/sdk/index.ts';
import { momentOf } from '../dates.ts';
import type { Period } from './model.ts';
import { driversOf, faultsOf, freeze, report, type Saving, takeDay } from './saving.ts';

const UNCERTAIN = 0x40;
const MOST = 20_000;
const moment = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/,
    'a date as 2026-01-01 or a time as 2026-01-01T00:00:00+08:00 | 日期如 2026-01-01，时刻如 2026-01-01T00:00:00+08:00',
  )
  .refine((text) => !Number.isNaN(momentOf(text)), { message: 'there is no such time | 没有这个时刻' });
const degrees = {
  none: { en: 'none', zh: '无' },
  given: { en: 'at the given balance point', zh: '给定平衡点' },
  search: { en: 'balance point is searched', zh: '搜索平衡点' },
};

export default defineBlock({
  id: 'energy.baseline',
  version: '1.0.0',
  title: { en: 'Energy baseline and saving', zh: '能源基准与节能量' },
  summary: {
    en: 'Learns what energy use follows from (production, degrees of heating and cooling) and gives expected use and saving with its confidence.',
    zh: '由基准期数据建立能耗与产量、采暖度、制冷度的关系，给出报告期的预期能耗、节能量及置信区间。',
  },
  words: {
    en: 'measurement verification regression degree days enpi change point',
    zh: '测量与验证 回归 度日数 能源绩效 变点 节能量',
  },
  icon: 'chart-dots-2',
  reference: 'ISO 50006, ISO 50015; GB/T 28750; ASHRAE Guideline 14-2014 (change-point models, CV(RMSE), NMBE)',
  params: z
    .object({
      baselineFrom: field(moment, { title: { en: 'Baseline from', zh: '基准期起' } }),
      baselineTo: field(moment, {
        title: { en: 'Baseline to', zh: '基准期止' },
        help: { en: 'Not included.', zh: '不含该时刻。' },
      }),
      reportFrom: field(moment, { title: { en: 'Reporting period from', zh: '报告期起' } }),
      period: field(z.enum(['row', 'day']).default('row'), {
        title: { en: 'A period is', zh: '统计周期' },
        options: {
          row: { en: 'each row', zh: '每行数据' },
          day: { en: 'a day of the site, its rows summed', zh: '当地自然日，逐行累加' },
        },
        help: {
          en: 'Hourly rows summed to days give truer degrees than daily means.',
          zh: '由小时数据累加为日，度数比用日均温更准确。',
        },
      }),
      utcOffset: field(z.number().min(-12).max(14).default(8), {
        title: { en: 'Hours ahead of UTC', zh: '与 UTC 的时差' },
        unit: 'h',
      }),
      columns: field(
        z
          .array(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/))
          .max(20)
          .default([]),
        {
          title: { en: 'Drivers', zh: '驱动因素列' },
          help: { en: 'Columns such as production or degree days.', zh: '如产量、度日数等列。' },
        },
      ),
      heating: field(z.enum(['none', 'given', 'search']).default('none'), {
        title: { en: 'Heating degrees', zh: '采暖度' },
        options: degrees,
        help: { en: 'From the column temperature.', zh: '由 temperature 列计算。' },
      }),
      cooling: field(z.enum(['none', 'given', 'search']).default('none'), {
        title: { en: 'Cooling degrees', zh: '制冷度' },
        options: degrees,
      }),
      heatingAt: field(z.number().default(18), { title: { en: 'Balance point of heating', zh: '采暖平衡点' } }),
      coolingAt: field(z.number().default(24), { title: { en: 'Balance point of cooling', zh: '制冷平衡点' } }),
      searchFrom: field(z.number().default(8), { title: { en: 'Search from', zh: '搜索下限' } }),
      searchTo: field(z.number().default(28), { title: { en: 'Search to', zh: '搜索上限' } }),
      searchStep: field(z.number().positive().default(0.5), { title: { en: 'Step of the search', zh: '搜索步长' } }),
      leastR2: field(z.number().min(0).max(1).default(0.75), { title: { en: 'Least R²', zh: 'R² 下限' } }),
      mostCv: field(z.number().positive().default(25), { title: { en: 'Most CV(RMSE)', zh: 'CV(RMSE) 上限' }, unit: '%' }),
      mostP: field(z.number().gt(0).max(1).default(0.1), { title: { en: 'Most p of a driver', zh: '驱动因素 p 值上限' } }),
      confidence: field(z.number().min(0.5).lt(1).default(0.9), { title: { en: 'Confidence level', zh: '置信水平' } }),
    })
    .refine((p) => p.columns.length > 0 || p.heating !== 'none' || p.cooling !== 'none', {
      message: 'a baseline needs a driver: columns, heating or cooling degrees | 基准须至少有一个驱动因素：列、采暖度或制冷度',
      path: ['columns'],
    })
    .refine((p) => p.searchFrom < p.searchTo && (p.searchTo - p.searchFrom) / p.searchStep <= 100, {
      message: 'the search has 1 to 100 steps | 搜索步数须为 1～100',
      path: ['searchTo'],
    })
    .refine((p) => momentOf(p.baselineFrom) < momentOf(p.baselineTo) && momentOf(p.baselineTo) <= momentOf(p.reportFrom), {
      message: 'the baseline ends before the reporting period begins | 基准期须在报告期之前结束',
      path: ['reportFrom'],
    }),
  labels: {
    model: { en: 'Terms of the model', zh: '模型项' },
    fit: { en: 'Quality of the model', zh: '模型质量' },
    temperature: { en: 'Outside temperature', zh: '室外温度' },
    saving: { en: 'Saving', zh: '节能量' },
    total: { en: 'Saving so far', zh: '累计节能量' },
    share: { en: 'Share saved', zh: '节能率' },
    deviation: { en: 'Standard error', zh: '标准误差' },
    t: { en: 't-value', zh: 't 值' },
    r2: { en: 'R²', zh: 'R²' },
    cv: { en: 'CV(RMSE)', zh: 'CV(RMSE)' },
    nmbe: { en: 'NMBE', zh: 'NMBE' },
    heating: { en: 'Balance point of heating', zh: '采暖平衡点' },
    cooling: { en: 'Balance point of cooling', zh: '制冷平衡点' },
    valid: { en: 'Valid', zh: '有效' },
    revision: { en: 'Version of the baseline', zh: '基准版本' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: rows({ value: number(), temperature: number(undefined, { optional: true }) }, { listed: 'columns' }),
  /** `model` and `fit` come once, when the baseline is fitted; `out` with every period of the report. */
  outputs: {
    out: {
      value: number(same('value')),
      expected: number(same('value')),
      saving: number(same('value')),
      total: number(same('value')),
      lower: number(same('value')),
      upper: number(same('value')),
      share: number('%'),
      valid: boolean(),
    },
    model: frame({ name: text(), coefficient: number('1'), deviation: number('1'), t: number('1'), p: number('1') }),
    fit: {
      r2: number('1'),
      cv: number('%'),
      nmbe: number('%'),
      count: integer(),
      heating: number('1', { optional: true }),
      cooling: number('1', { optional: true }),
      valid: boolean(),
      reason: text(),
      revision: integer(),
    },
  },
  state: {
    saving: jsonState<Saving>({ periods: [], model: null, version: 0, n: 0, use: 0, expected: 0, rows: [], open: null }),
    from: jsonState<{ baseline: number; end: number; report: number }>({ baseline: 0, end: 0, report: 0 }),
  },
  each(row, s, p, ctx) {
    const needs = p.heating !== 'none' || p.cooling !== 'none';
    if (needs && row.temperature === undefined) throw new RangeError('degree terms need a column temperature, the wire has none');
    const drivers = driversOf(row, p.columns);
    let time = row.time;
    let period: Period = { use: row.value, temperatures: row.temperature === undefined ? [] : [row.temperature], drivers };
    if (p.period === 'day') {
      const offset = p.utcOffset * 3_600_000;
      const done = takeDay(s.saving, Math.floor((row.time + offset) / 86_400_000), row.value, row.temperature, drivers);
      if (done === 'late') ctx.late();
      if (done === undefined || done === 'late') return;
      time = done.day * 86_400_000 - offset;
      period = done.period;
    }
    if (s.from.report === 0)
      s.from = { baseline: momentOf(p.baselineFrom), end: momentOf(p.baselineTo), report: momentOf(p.reportFrom) };
    if (time < s.from.end) {
      if (time < s.from.baseline) return;
      if (s.saving.model !== null) ctx.late();
      else if (s.saving.periods.length >= MOST)
        throw new RangeError(`the baseline has more than ${MOST} periods: take daily or hourly values`);
      else s.saving.periods.push(period);
      return;
    }
    if (time < s.from.report) return;
    const first = s.saving.model === null;
    const model =
      s.saving.model ??
      freeze(s.saving, p.columns, {
        heating: p.heating,
        cooling: p.cooling,
        heatingAt: p.heatingAt,
        coolingAt: p.coolingAt,
        from: p.searchFrom,
        to: p.searchTo,
        step: p.searchStep,
      });
    const faults = faultsOf(model, p.leastR2, p.mostCv, p.mostP);
    const r = report(s.saving, model, period, p.confidence);
    return {
      out: {
        time,
        quality: faults.length > 0 ? Math.max(row.quality, UNCERTAIN) : row.quality,
        value: period.use,
        expected: r.expected,
        saving: r.saving,
        total: r.total,
        lower: r.total - r.half,
        upper: r.total + r.half,
        share: r.share,
        valid: faults.length === 0,
      },
      model: first && {
        name: model.terms.map((t) => t.name),
        coefficient: model.terms.map((t) => t.coefficient),
        deviation: model.terms.map((t) => t.error),
        t: model.terms.map((t) => t.t),
        p: model.terms.map((t) => t.p),
      },
      fit: first && {
        r2: model.r2,
        cv: model.cv,
        nmbe: model.nmbe,
        count: model.n,
        heating: model.heating ?? Number.NaN,
        cooling: model.cooling ?? Number.NaN,
        valid: faults.length === 0,
        reason: faults.join(', '),
        revision: s.saving.version,
      },
    };
  },
});
