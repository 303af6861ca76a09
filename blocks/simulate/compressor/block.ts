import { boolean, defineBlock, f64, f64s, field, i32, number, z } from '#blocks/sdk/index.ts';
import { advanceStation, initStation, readStation, STATION_CELLS, type StationInputs, truthOfStation } from './model.ts';

const FAULTS = ['none', 'leak', 'stuck-valve', 'sensor', 'filter'] as const;

interface Parameters {
  readonly noise: number;
  readonly utcOffset: number;
  readonly fault: (typeof FAULTS)[number];
  readonly faultAfter: number;
  readonly leak: number;
}

function inputsOf(p: Parameters, setpoint: number, seconds: number): StationInputs {
  const fault = seconds >= p.faultAfter ? p.fault : 'none';
  return {
    setpoint,
    noise: p.noise,
    utcOffset: p.utcOffset,
    leak: fault === 'leak' ? p.leak : 0,
    stuckValve: fault === 'stuck-valve',
    sensorFault: fault === 'sensor',
    cloggedFilter: fault === 'filter',
  };
}

export default defineBlock({
  id: 'simulate.compressor',
  version: '1.0.0',
  title: { en: 'Compressor station simulator', zh: '空压站仿真' },
  summary: {
    en: 'Simulates a compressed-air station of three units at the pressure asked for; what instruments show and the truth leave on separate ports.',
    zh: '按给定压力仿真三台机组的空压站；仪表读数与真值分两个端口输出。',
  },
  words: { en: 'compressed air pressure energy demo plant', zh: '压缩空气 压力 能耗 演示工厂' },
  icon: 'engine',
  reference: 'US DOE, Improving Compressed Air System Performance: A Sourcebook for Industry (power and demand over pressure)',
  params: z.object({
    seed: field(z.number().int().default(42), { title: { en: 'Seed', zh: '随机种子' } }),
    noise: field(z.number().min(0).max(3).default(1), {
      title: { en: 'Variation and meter noise', zh: '波动与仪表噪声' },
      help: { en: '0 gives the exact curves, 1 the documented noise.', zh: '0 为精确曲线，1 为说明中的噪声。' },
    }),
    utcOffset: field(z.number().min(-12).max(14).default(8), {
      title: { en: 'Site clock minus UTC', zh: '现场时钟与 UTC 之差' },
      unit: 'h',
    }),
    fault: field(z.enum(FAULTS).default('none'), {
      title: { en: 'Fault', zh: '故障' },
      options: {
        none: { en: 'None', zh: '无' },
        leak: { en: 'Leak', zh: '泄漏' },
        'stuck-valve': { en: 'Intake valve of unit A stuck open', zh: 'A 机进气阀卡在开位' },
        sensor: { en: 'Header pressure transmitter frozen', zh: '总管压力变送器读数冻结' },
        filter: { en: 'Suction filter of unit A clogged', zh: 'A 机进气过滤器堵塞' },
      },
    }),
    faultAfter: field(z.number().min(0).default(0), { title: { en: 'Fault begins after', zh: '故障开始于' }, unit: 's' }),
    leak: field(z.number().min(0).max(20).default(4), { title: { en: 'Size of the leak', zh: '泄漏量' }, unit: 'm3/min' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  /** Header pressure asked for; the station moves on to the row's time. */
  input: { value: number('bar') },
  outputs: {
    measured: {
      pressure: number('bar'),
      pressureOk: boolean(),
      flow: number('m3/min'),
      power: number('kW'),
      powerA: number('kW'),
      powerB: number('kW'),
      powerC: number('kW'),
      flowC: number('m3/min'),
      oilA: number('Cel'),
      oilB: number('Cel'),
      oilC: number('Cel'),
      windingA: number('Cel'),
      filterA: number('mbar'),
      ambient: number('Cel'),
      energy: number('kW.h'),
    },
    truth: {
      pressure: number('bar'),
      demand: number('m3/min'),
      supply: number('m3/min'),
      leak: number('m3/min'),
      power: number('kW'),
      energy: number('kW.h'),
    },
  },
  state: { x: f64s(STATION_CELLS), started: i32(), from: f64() },
  each(row, s, p) {
    if (s.started === 0) {
      s.started = 1;
      s.from = row.time;
      initStation(s.x, p.seed, row.time, inputsOf(p, row.value, 0));
    }
    const inputs = inputsOf(p, row.value, (row.time - s.from) / 1000);
    advanceStation(s.x, row.time, inputs);
    const m = readStation(s.x, inputs);
    const t = truthOfStation(s.x);
    return {
      measured: {
        pressure: m.pressure,
        pressureOk: m.pressureOk,
        flow: m.flow,
        power: m.power,
        powerA: m.powerA,
        powerB: m.powerB,
        powerC: m.powerC,
        flowC: m.flowC,
        oilA: m.oilA,
        oilB: m.oilB,
        oilC: m.oilC,
        windingA: m.windingA,
        filterA: m.filterA,
        ambient: m.ambient,
        energy: m.energy,
      },
      truth: { pressure: t.pressure, demand: t.demand, supply: t.supply, leak: t.leak, power: t.power, energy: t.energy },
    };
  },
});
