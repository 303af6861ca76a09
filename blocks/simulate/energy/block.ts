import { defineBlock, f64, f64s, field, i32, number, text, z } from '#blocks/sdk/index.ts';
import {
  advanceSite,
  BATTERY,
  initSite,
  monthOf,
  readSite,
  SITE_CELLS,
  SITE_FAULTS,
  type SiteFault,
  type SiteInputs,
} from './model.ts';

interface Parameters {
  readonly noise: number;
  readonly utcOffset: number;
  readonly weekend: number;
  readonly fault: SiteFault;
  readonly faultAfter: number;
  readonly size: number;
}
const inputsOf = (p: Parameters, battery: number, shed: number, seconds: number): SiteInputs => ({
  battery: battery,
  shed: shed,
  noise: p.noise,
  utcOffset: p.utcOffset,
  weekend: p.weekend,
  fault: seconds >= p.faultAfter ? p.fault : 'none',
  size: p.size,
});

export default defineBlock({
  id: 'simulate.energy',
  version: '1.0.0',
  title: { en: 'Site energy simulator', zh: '厂区能源仿真' },
  summary: {
    en: 'Simulates the utilities of a site: electricity with a battery, water, gas, degree days, production and stack gas; the truth apart.',
    zh: '仿真厂区公用工程：电（含储能）、水、燃气、度日、产量与烟气；真值单独输出。',
  },
  words: {
    en: 'electricity water gas stack emission battery peak shaving degree days demo plant',
    zh: '用电 用水 燃气 烟气 排放 储能 削峰填谷 度日 演示工厂',
  },
  icon: 'building-factory-2',
  reference:
    'Load, tariff and monthly accounts: the published demo instance; flue gas: combustion of methane; reference oxygen as GB 13271-2014',
  labels: {
    shed: { en: 'Load switched off', zh: '切除负荷' },
    month: { en: 'Monthly accounts', zh: '月度台账' },
    power: { en: 'Power', zh: '功率' },
    powerFactor: { en: 'Power factor', zh: '功率因数' },
    energy: { en: 'Energy', zh: '电量' },
    storage: { en: 'Stored in the battery', zh: '储能电量' },
    waterFlow: { en: 'Water flow', zh: '水流量' },
    water: { en: 'Water', zh: '用水量' },
    gasFlow: { en: 'Gas flow', zh: '燃气流量' },
    gas: { en: 'Gas', zh: '用气量' },
    outdoors: { en: 'Outdoors', zh: '室外温度' },
    production: { en: 'Production', zh: '产量' },
    nox: { en: 'NOx as measured', zh: '氮氧化物实测浓度' },
    oxygen: { en: 'Oxygen', zh: '含氧量' },
    stackFlow: { en: 'Flue gas, dry', zh: '干烟气流量' },
    load: { en: 'Load', zh: '负荷' },
    battery: { en: 'Into the battery', zh: '储能充电功率' },
    noxReference: { en: 'NOx at reference oxygen', zh: '氮氧化物折算浓度' },
    degreeHours: { en: 'Degree hours of heating', zh: '采暖度时' },
    degreeDays: { en: 'Degree days of heating', zh: '采暖度日' },
  },
  params: z.object({
    give: field(z.enum(['meters', 'accounts']).default('meters'), {
      title: { en: 'Gives', zh: '输出' },
      options: {
        meters: { en: 'the meters at the row’s time', zh: '该行时刻的表计读数' },
        accounts: { en: 'the accounts of one month a row', zh: '每行一个月的台账' },
      },
    }),
    seed: field(z.number().int().default(42), { title: { en: 'Seed', zh: '随机种子' } }),
    noise: field(z.number().min(0).max(3).default(1), {
      title: { en: 'Variation and meter noise', zh: '波动与仪表噪声' },
      help: { en: '0 gives the exact curves, 1 the documented noise.', zh: '0 为精确曲线，1 为说明中的噪声。' },
    }),
    utcOffset: field(z.number().min(-12).max(14).default(8), {
      title: { en: 'Site clock minus UTC', zh: '现场时钟与 UTC 之差' },
      unit: 'h',
    }),
    weekend: field(z.number().min(0).max(2).default(0.6), { title: { en: 'Load at weekends as a share', zh: '周末负荷比例' } }),
    stored: field(z.number().min(BATTERY.least).max(BATTERY.capacity).default(BATTERY.least), {
      title: { en: 'In the battery at the start', zh: '储能初始电量' },
      unit: 'kW.h',
    }),
    fault: field(z.enum(SITE_FAULTS).default('none'), {
      title: { en: 'Fault', zh: '故障' },
      options: {
        none: { en: 'None', zh: '无' },
        'base-load': { en: 'Something is left on', zh: '设备空耗未关' },
        'water-leak': { en: 'Water leak', zh: '漏水' },
        burner: { en: 'Burner makes more NOx', zh: '燃烧器氮氧化物升高' },
        'false-air': { en: 'False air dilutes the stack gas', zh: '漏风稀释烟气' },
      },
    }),
    faultAfter: field(z.number().min(0).default(0), { title: { en: 'Fault begins after', zh: '故障开始于' }, unit: 's' }),
    size: field(z.number().min(0).max(500).default(3), {
      title: { en: 'Size of the fault', zh: '故障大小' },
      help: { en: 'kW of something left on, m³/h of a leak.', zh: '空耗为 kW，漏水为 m³/h。' },
    }),
    saving: field(z.number().min(0).max(1).default(0.08), { title: { en: 'Accounts: share saved', zh: '台账：节能比例' } }),
    savedFrom: field(z.number().int().min(0).default(24), {
      title: { en: 'Accounts: saved from month', zh: '台账：节能起始月' },
      help: { en: 'Counted from 0.', zh: '从 0 起计。' },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  /** Power asked of the battery (charging above 0) and load switched off; the site moves on to the row's time. */
  input: { value: number('kW'), shed: number('kW', { optional: true }) },
  outputs: {
    measured: {
      power: number('kW'),
      powerFactor: number('1'),
      energy: number('kW.h'),
      storage: number('kW.h'),
      waterFlow: number('m3/h'),
      water: number('m3'),
      gasFlow: number('m3/h'),
      gas: number('m3'),
      outdoors: number('Cel'),
      production: number('t'),
      nox: number('mg/m3'),
      oxygen: number('%'),
      stackFlow: number('m3/h'),
    },
    month: { production: number('t'), degreeDays: number('K.d'), energy: number('kW.h') },
    truth: {
      fault: text(),
      load: number('kW'),
      battery: number('kW'),
      noxReference: number('mg/m3'),
      degreeHours: number('K.h'),
    },
  },
  state: { x: f64s(SITE_CELLS), started: i32(), from: f64(), battery: f64(), shed: f64(), month: i32() },
  each(row, s, p) {
    if (p.give === 'accounts') {
      if (s.started === 0) s.x[0] = p.seed;
      s.started = 1;
      const m = monthOf(s.x, 0, s.month, p.saving, p.savedFrom);
      s.month++;
      return { month: { production: m.production, degreeDays: m.degreeDays, energy: m.energy } };
    }
    const shed = row.shed ?? 0;
    if (!Number.isFinite(row.value) || !(shed >= 0))
      throw new RangeError(`${row.value} kW for the battery, ${shed} kW off: numbers, the second 0 or more`);
    if (s.started === 0) {
      s.started = 1;
      s.from = row.time;
      s.battery = row.value;
      s.shed = shed;
      initSite(s.x, p.seed, row.time, p.stored, inputsOf(p, row.value, shed, 0));
    }
    // until now the site ran as it was told before
    const inputs = inputsOf(p, s.battery, s.shed, (row.time - s.from) / 1000);
    advanceSite(s.x, row.time, inputs);
    s.battery = row.value;
    s.shed = shed;
    const { measured: m, truth: t } = readSite(s.x, inputs);
    return {
      measured: {
        power: m.power,
        powerFactor: m.powerFactor,
        energy: m.energy,
        storage: m.storage,
        waterFlow: m.waterFlow,
        water: m.water,
        gasFlow: m.gasFlow,
        gas: m.gas,
        outdoors: m.outdoors,
        production: m.production,
        nox: m.nox,
        oxygen: m.oxygen,
        stackFlow: m.stackFlow,
      },
      truth: { fault: t.fault, load: t.load, battery: t.battery, noxReference: t.noxReference, degreeHours: t.degreeHours },
    };
  },
});
