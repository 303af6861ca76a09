import { boolean, defineBlock, field, frame, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import { count, forecast, type Meter } from './meter.ts';

const UNCERTAIN = 0x40;
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day as 08:30 | 时刻格式为 08:30');

export default defineBlock({
  id: 'energy.tariff',
  version: '1.0.0',
  title: { en: 'Tariff and demand', zh: '电价与需量' },
  summary: {
    en: 'Energy and cost by tariff period, demand of every window, and a forecast of the running window against a limit.',
    zh: '按电价时段统计电量与电费，计算每个需量周期的需量，并预测当前周期需量是否超限。',
  },
  words: { en: 'time of use peak valley demand electricity bill kwh', zh: '峰谷平 尖峰 分时电价 最大需量 电费 削峰填谷' },
  icon: 'receipt-2',
  reference: 'Time-of-use tariff with a fixed demand window of 15 min (DL/T 645 demand registers)',
  params: z
    .object({
      rates: field(
        z
          .array(
            z.object({
              name: z.string().min(1),
              price: z.number(),
              from: clock,
              to: clock,
              days: z.array(z.number().int().min(1).max(7)).optional(),
              months: z.array(z.number().int().min(1).max(12)).optional(),
            }),
          )
          .max(60)
          .default([]),
        {
          title: { en: 'Rates', zh: '分时电价' },
          help: {
            en: 'Name, price of a kWh, from and to (local time), days 1 Monday … 7 Sunday, months. The first that fits holds.',
            zh: '名称、每千瓦时单价、起止时刻（当地时间）、星期（1 周一～7 周日）、月份；取首个符合的。',
          },
        },
      ),
      rest: field(z.string().min(1).default('flat'), { title: { en: 'Name of all other times', zh: '其余时段名称' } }),
      restPrice: field(z.number().default(0), { title: { en: 'Price of a kWh at all other times', zh: '其余时段单价' } }),
      holidays: field(
        z.array(z.string().regex(/^\d{4}-\d\d-\d\d$/, 'a date as 2026-10-01 | 日期格式为 2026-10-01')).default([]),
        {
          title: { en: 'Holidays', zh: '节假日' },
          help: { en: 'Dates that count as Sundays.', zh: '按周日计的日期。' },
        },
      ),
      utcOffset: field(z.number().min(-12).max(14).default(8), {
        title: { en: 'Hours ahead of UTC', zh: '与 UTC 的时差' },
        unit: 'h',
      }),
      window: field(z.number().int().min(60).max(3600).default(900), {
        title: { en: 'Demand window', zh: '需量周期' },
        unit: 's',
      }),
      reading: field(z.enum(['now', 'interval']).default('now'), {
        title: { en: 'A value is', zh: '数值含义' },
        options: {
          now: { en: 'the power now; it holds until the next', zh: '当前功率，保持到下一个值' },
          interval: { en: 'the mean power of the window that ends with it', zh: '截至该时刻的一个周期的平均功率' },
        },
      }),
      maxGap: field(z.number().positive().default(300), {
        title: { en: 'A value holds at most', zh: '数值最长保持' },
        help: { en: 'A longer gap is not counted and lowers the coverage.', zh: '更长的间隔不计入，并降低覆盖率。' },
        unit: 's',
      }),
      limit: field(z.number().positive().optional(), { title: { en: 'Demand limit', zh: '需量限值' }, unit: 'kW' }),
      demandPrice: field(z.number().min(0).default(0), {
        title: { en: 'Price of a kW of the month’s highest demand', zh: '月最大需量单价（每千瓦）' },
      }),
    })
    .refine((p) => p.rates.every((r) => r.from !== r.to), {
      message: 'a rate begins and ends at the same time: 00:00 to 24:00 is the whole day | 时段起止相同：全天请写 00:00 至 24:00',
      path: ['rates'],
    })
    .refine((p) => 3600 % p.window === 0, {
      message: 'the demand window divides an hour: 900 s, 1800 s | 需量周期须整除一小时：900 s、1800 s',
      path: ['window'],
    }),
  labels: {
    window: { en: 'Closed window', zh: '已结束周期' },
    forecast: { en: 'Forecast', zh: '需量预测' },
    bill: { en: 'Month', zh: '月度分摊' },
    period: { en: 'Period', zh: '时段' },
    price: { en: 'Price of a kWh', zh: '单价' },
    coverage: { en: 'Share of the window measured', zh: '测量覆盖率' },
    monthEnergy: { en: 'Energy of the month', zh: '本月电量' },
    monthCost: { en: 'Cost of the month', zh: '本月电费' },
    peak: { en: 'Highest demand of the month', zh: '本月最大需量' },
    remaining: { en: 'Rest of the window', zh: '周期剩余时间' },
    shed: { en: 'Load to shed', zh: '需削减负荷' },
  },
  carry: 'none',
  badQuality: 'skip',
  /** `period`: the meter's own name of the time, wins over the calendar. */
  input: { value: number('kW'), period: text({ optional: true }) },
  outputs: {
    window: {
      value: number('kW'),
      energy: number('kW.h'),
      cost: number('1'),
      period: text(),
      price: number('1'),
      coverage: number('1'),
      monthEnergy: number('kW.h'),
      monthCost: number('1'),
      peak: number('kW'),
    },
    forecast: { value: number('kW'), remaining: number('s'), shed: number('kW'), on: boolean() },
    bill: frame({ name: text(), price: number('1'), energy: number('kW.h'), cost: number('1') }),
  },
  state: {
    meter: jsonState<Meter>({
      until: null,
      power: 0,
      start: null,
      energy: 0,
      covered: 0,
      period: null,
      month: 0,
      peak: 0,
      sums: [],
    }),
  },
  each(row, s, p, ctx) {
    const tariff = {
      rates: p.rates,
      rest: p.rest,
      restPrice: p.restPrice,
      holidays: p.holidays,
      offset: p.utcOffset,
      window: p.window,
    };
    const before = s.meter.until;
    if (before !== null && row.time <= before) {
      ctx.late();
      return;
    }
    const held = p.reading === 'now';
    const from = held ? before : Math.max(before ?? 0, row.time - p.window * 1000);
    const to = held && before !== null ? Math.min(row.time, before + p.maxGap * 1000) : row.time;
    const closed = from === null ? [] : count(s.meter, tariff, from, to, held ? s.meter.power : row.value, row.period);
    s.meter.until = row.time;
    s.meter.power = row.value;
    for (const c of closed) {
      if (c.bill !== undefined)
        ctx.emit({
          bill: {
            time: c.end - p.window * 1000,
            name: [...c.bill.map((b) => b.name), ...(p.demandPrice > 0 ? ['demand'] : [])],
            price: [...c.bill.map((b) => b.price), ...(p.demandPrice > 0 ? [p.demandPrice] : [])],
            energy: [...c.bill.map((b) => b.energy), ...(p.demandPrice > 0 ? [0] : [])],
            cost: [...c.bill.map((b) => b.cost), ...(p.demandPrice > 0 ? [p.demandPrice * c.billPeak] : [])],
          },
        });
      ctx.emit({
        window: {
          time: c.end,
          quality: c.coverage < 0.999 ? Math.max(row.quality, UNCERTAIN) : row.quality,
          value: c.demand,
          energy: c.energy,
          cost: c.cost,
          period: c.period,
          price: c.price,
          coverage: c.coverage,
          monthEnergy: c.monthEnergy,
          monthCost: c.monthCost,
          peak: c.peak,
        },
      });
    }
    if (held) {
      const f = forecast(s.meter, tariff, row.time, row.value, p.limit ?? Number.POSITIVE_INFINITY);
      ctx.emit({
        forecast: { value: f.demand, remaining: f.remaining, shed: f.shed, on: p.limit !== undefined && f.demand > p.limit },
      });
    }
  },
});
