import { boolean, defineBlock, f64, f64s, field, i32, integer, number, text, wave, z } from '#blocks/sdk/index.ts';
import {
  beginShot,
  initMoulding,
  MOULDING_CELLS,
  MOULDING_FAULTS,
  type MouldingInputs,
  pressureCurve,
  readShot,
  shotEnd,
} from './model.ts';

type Parameters = Omit<MouldingInputs, 'mould' | 'correction' | 'diffusivity'> & { readonly diffusivity: number };

const inputsOf = (p: Parameters, mould: number, correction: number): MouldingInputs => ({
  wall: p.wall,
  diffusivity: p.diffusivity * 1e-6,
  melt: p.melt,
  mould: mould,
  correction: correction,
  eject: p.eject,
  fill: p.fill,
  pack: p.pack,
  handling: p.handling,
  noise: p.noise,
  packPressure: p.packPressure,
  weight: p.weight,
  weightNoise: p.weightNoise,
  lot: p.lot,
  lotNoise: p.lotNoise,
  effect: p.effect,
  ownNoise: p.ownNoise,
  tolerance: p.tolerance,
  fault: p.fault,
  faultShot: p.faultShot,
  drift: p.drift,
  driftMost: p.driftMost,
  slower: p.slower,
  heavier: p.heavier,
});
/** Longest time between rows, ms: all its shots leave with one row. */
const DAY = 86_400_000;
const positive = (max: number) => z.number().positive().max(max);
const atLeast0 = (max: number) => z.number().min(0).max(max);

export default defineBlock({
  id: 'simulate.moulding',
  version: '1.0.0',
  title: { en: 'Injection moulding simulator', zh: '注塑成型仿真' },
  summary: {
    en: 'Simulates an injection-moulding machine shot by shot: phases, cavity pressure, weight, energy and quality; wall, viscosity and shrinkage as truth.',
    zh: '逐模次仿真注塑机：各阶段时间、型腔压力、重量、能耗与质量；型腔壁温、黏度与收缩率作为真值单独输出。',
  },
  words: {
    en: 'plastics cavity pressure cooling time cycle shot lot viscosity demo plant',
    zh: '注塑 型腔压力 冷却时间 周期 模次 批次 黏度 演示工厂',
  },
  icon: 'box-model-2',
  reference:
    'Cooling of a plate: Carslaw & Jaeger, Conduction of Heat in Solids; pvT: Spencer & Gilmore 1949, Equation of State for Polystyrene',
  labels: {
    shot: { en: 'Shot', zh: '模次' },
    correction: { en: 'Correction', zh: '修正量' },
    cycle: { en: 'Cycle', zh: '成型周期' },
    fill: { en: 'Filling', zh: '充填' },
    pack: { en: 'Packing', zh: '保压' },
    cooling: { en: 'Cooling', zh: '冷却' },
    handling: { en: 'Opening and handling', zh: '开合模与取件' },
    mould: { en: 'Mould coolant', zh: '模具冷却液温度' },
    melt: { en: 'Melt', zh: '熔体温度' },
    pressure: { en: 'Highest cavity pressure', zh: '型腔最高压力' },
    weight: { en: 'Weight', zh: '重量' },
    lot: { en: 'Lot', zh: '批次' },
    lotViscosity: { en: 'Viscosity by the laboratory', zh: '化验黏度' },
    quality: { en: 'Quality', zh: '质量' },
    wall: { en: 'Wall of the cavity', zh: '型腔壁温' },
    viscosity: { en: 'Viscosity', zh: '黏度' },
    good: { en: 'Good', zh: '合格' },
    shrinkage: { en: 'Linear shrinkage', zh: '线收缩率' },
  },
  params: z
    .object({
      seed: field(z.number().int().default(42), { title: { en: 'Seed', zh: '随机种子' } }),
      wall: field(positive(20).default(2.5), { title: { en: 'Wall thickness', zh: '壁厚' }, unit: 'mm' }),
      diffusivity: field(positive(10).default(0.089), { title: { en: 'Thermal diffusivity', zh: '热扩散率' }, unit: 'mm2/s' }),
      melt: field(z.number().min(100).max(400).default(230), { title: { en: 'Melt', zh: '熔体温度' }, unit: 'Cel' }),
      eject: field(z.number().min(20).max(300).default(90), { title: { en: 'Ejection at', zh: '脱模温度' }, unit: 'Cel' }),
      fill: field(positive(60).default(2.1), { title: { en: 'Filling', zh: '充填时间' }, unit: 's' }),
      pack: field(positive(120).default(6), { title: { en: 'Packing', zh: '保压时间' }, unit: 's' }),
      handling: field(atLeast0(120).default(5.2), { title: { en: 'Opening and handling', zh: '开合模与取件时间' }, unit: 's' }),
      noise: field(atLeast0(1).default(0.05), { title: { en: 'Noise of the cycle', zh: '周期噪声' }, unit: 's' }),
      packPressure: field(positive(200).default(30), { title: { en: 'Pack pressure', zh: '保压压力' }, unit: 'MPa' }),
      weight: field(positive(10_000).default(25), { title: { en: 'Weight', zh: '重量' }, unit: 'g' }),
      weightNoise: field(atLeast0(100).default(0.05), { title: { en: 'Noise of the weight', zh: '重量噪声' }, unit: 'g' }),
      lot: field(z.number().int().min(1).default(50), { title: { en: 'Shots of a lot', zh: '每批模次数' } }),
      lotNoise: field(atLeast0(5).default(0.2), { title: { en: 'Noise of the laboratory', zh: '化验噪声' } }),
      effect: field(z.number().min(-10).max(10).default(0.8), {
        title: { en: 'Effect of viscosity on quality', zh: '黏度对质量的影响' },
      }),
      ownNoise: field(atLeast0(5).default(0.5), { title: { en: 'Noise of the quality', zh: '质量噪声' } }),
      tolerance: field(positive(100).default(2), { title: { en: 'Tolerance of the quality', zh: '质量公差' } }),
      rate: field(z.number().min(0).max(1000).default(50), {
        title: { en: 'Samples of the cavity pressure per second', zh: '型腔压力采样率' },
        unit: 'Hz',
        help: { en: '0: none.', zh: '0：不输出。' },
      }),
      fault: field(z.enum(MOULDING_FAULTS).default('none'), {
        title: { en: 'Fault', zh: '故障' },
        options: {
          none: { en: 'None', zh: '无' },
          wall: { en: 'Wall of the cavity grows warmer', zh: '型腔壁温漂移' },
          handling: { en: 'Handling is slower', zh: '取件变慢' },
          weight: { en: 'Weight is shifted', zh: '重量偏移' },
        },
      }),
      faultShot: field(z.number().int().min(1).default(400), { title: { en: 'First shot with the fault', zh: '故障起始模次' } }),
      drift: field(atLeast0(10).default(0.05), { title: { en: 'Drift a shot', zh: '每模次漂移' }, unit: 'K' }),
      driftMost: field(atLeast0(50).default(8), { title: { en: 'Drift at most', zh: '最大漂移' }, unit: 'K' }),
      slower: field(atLeast0(60).default(0.5), { title: { en: 'Handling slower by', zh: '取件延长' }, unit: 's' }),
      heavier: field(z.number().min(-20).max(20).default(1), {
        title: { en: 'Weight shift in standard deviations', zh: '重量偏移（标准差倍数）' },
      }),
    })
    .refine((p) => p.eject < p.melt, {
      path: ['eject'],
      message: 'a part is ejected colder than the melt | 脱模温度须低于熔体温度',
    }),
  carry: 'none',
  badQuality: 'skip',
  /** Mould wall asked for and a correction of the quality; the machine moves on to the row's time. */
  input: { value: number('Cel'), correction: number('1', { optional: true }) },
  outputs: {
    measured: {
      shot: integer(),
      cycle: number('s'),
      fill: number('s'),
      pack: number('s'),
      cooling: number('s'),
      handling: number('s'),
      mould: number('Cel'),
      melt: number('Cel'),
      pressure: number('MPa'),
      weight: number('g'),
      energy: number('kW.h'),
      lot: integer(),
      lotViscosity: number('1'),
      quality: number('1'),
    },
    wave: { shot: integer(), wave: wave('MPa') },
    truth: {
      shot: integer(),
      wall: number('Cel'),
      viscosity: number('1'),
      good: boolean(),
      shrinkage: number('1'),
      fault: text(),
    },
  },
  state: { x: f64s(MOULDING_CELLS), started: i32(), mould: f64(), correction: f64() },
  each(row, s, p, ctx) {
    const correction = row.correction ?? 0;
    if (!(row.value < p.eject)) throw new RangeError(`a mould at ${row.value} Cel: colder than the ejection at ${p.eject} Cel`);
    if (s.started === 0) {
      s.started = 1;
      s.mould = row.value;
      s.correction = correction;
      initMoulding(s.x, p.seed, row.time, inputsOf(p, row.value, correction));
    }
    if (row.time - shotEnd(s.x) > DAY)
      throw new RangeError('a row comes more than a day after the row before: send one at least once a day');
    // shots that begin before this row have the settings of the row before
    while (shotEnd(s.x) <= row.time) {
      const inputs = inputsOf(p, s.mould, s.correction);
      const at = shotEnd(s.x);
      const { measured: m, truth: t } = readShot(s.x, inputs);
      ctx.emit({
        measured: {
          time: at,
          shot: m.shot,
          cycle: m.cycle,
          fill: m.fill,
          pack: m.pack,
          cooling: m.cooling,
          handling: m.handling,
          mould: m.mould,
          melt: m.melt,
          pressure: m.pressure,
          weight: m.weight,
          energy: m.energy,
          lot: m.lot,
          lotViscosity: m.lotViscosity,
          quality: m.quality,
        },
        truth: {
          time: at,
          shot: t.shot,
          wall: t.wall,
          viscosity: t.viscosity,
          good: t.good,
          shrinkage: t.shrinkage,
          fault: t.fault,
        },
      });
      if (p.rate > 0) {
        const values = pressureCurve(s.x, inputs, p.rate);
        ctx.emit({ wave: { time: at, shot: m.shot, wave: { t0: at - m.cycle * 1000, rate: p.rate, n: values.length, values } } });
      }
      beginShot(s.x, inputs);
    }
    s.mould = row.value;
    s.correction = correction;
  },
});
