import { boolean, defineBlock, field, frame, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { judgeBearing, judgeMotor } from './judge.ts';

export default defineBlock({
  id: 'condition.lines',
  version: '1.0.0',
  title: { en: 'Fault lines', zh: '故障特征频率' },
  summary: {
    en: 'Finds the lines of bearing defects or of broken rotor bars in a spectrum, at the speed of the shaft.',
    zh: '按轴转速在频谱中查找轴承缺陷或转子断条的特征谱线。',
  },
  words: {
    en: 'bearing bpfo bpfi bsf ftf envelope motor rotor bar sideband slip',
    zh: '轴承 外圈 内圈 滚动体 保持架 包络 电机 断条 边带 转差率',
  },
  icon: 'list-search',
  reference: 'Randall & Antoni 2011 (bearings); Thomson & Fenger 2001 (rotor bars); ISO 13373-3',
  labels: {
    spectrum: { en: 'Spectrum', zh: '频谱' },
    best: { en: 'Finding', zh: '结论' },
    family: { en: 'Family', zh: '谱线族' },
    order: { en: 'Harmonic', zh: '谐波次数' },
    expected: { en: 'Expected frequency', zh: '理论频率' },
    prominence: { en: 'Above the noise', zh: '高出噪声' },
    fault: { en: 'Fault', zh: '故障' },
    found: { en: 'Found', zh: '已发现' },
  },
  params: z
    .object({
      of: field(z.enum(['bearing', 'motor']).default('bearing'), {
        title: { en: 'Lines of', zh: '对象' },
        options: {
          bearing: { en: 'a rolling bearing (envelope spectrum)', zh: '滚动轴承（包络谱）' },
          motor: { en: 'a motor (spectrum of its current)', zh: '电机（电流频谱）' },
        },
      }),
      balls: field(z.number().int().min(3).max(200).default(9), { title: { en: 'Balls or rollers', zh: '滚动体个数' } }),
      ballDiameter: field(z.number().positive().default(7.94), { title: { en: 'Ball diameter', zh: '滚动体直径' }, unit: 'mm' }),
      pitchDiameter: field(z.number().positive().default(39.04), { title: { en: 'Pitch diameter', zh: '节圆直径' }, unit: 'mm' }),
      angle: field(z.number().min(0).lt(90).default(0), { title: { en: 'Contact angle', zh: '接触角' }, unit: 'deg' }),
      poles: field(z.number().int().min(2).max(96).multipleOf(2).default(4), { title: { en: 'Motor poles', zh: '电机极数' } }),
      supply: field(z.number().positive().default(50), { title: { en: 'Supply frequency', zh: '电源频率' }, unit: 'Hz' }),
      speed: field(z.number().positive().default(1480), {
        title: { en: 'Speed when none is wired', zh: '未接转速时的转速' },
        unit: '/min',
      }),
      tolerance: field(z.number().positive().max(10).default(2), {
        title: { en: 'Slip tolerance', zh: '滑移容差' },
        unit: '%',
        help: { en: 'Rolling elements slip by 1 to 2 %.', zh: '滚动体滑移一般为 1–2 %。' },
      }),
      harmonics: field(z.number().int().min(1).max(20).default(3), { title: { en: 'Harmonics', zh: '谐波数' } }),
      prominence: field(z.number().min(3).max(60).default(12), {
        title: { en: 'Bearing lines stand above the noise by', zh: '轴承谱线高出噪声' },
        unit: 'dB',
        help: { en: 'Mean over the harmonics.', zh: '各次谐波的平均值。' },
      }),
      sideband: field(z.number().min(-90).max(0).default(-45), {
        title: { en: 'Rotor-bar sideband, of the supply line', zh: '断条边带（相对电源谱线）' },
        unit: 'dB',
      }),
    })
    .refine((p) => p.ballDiameter < p.pitchDiameter, {
      message: 'a ball is smaller than the pitch circle | 滚动体直径必须小于节圆直径',
      path: ['ballDiameter'],
    }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { spectrum: frame({ frequency: number('Hz'), amplitude: number() }), speed: { value: number('/min') } },
  optionalInputs: ['speed'],
  combine: 'latest',
  firesOn: 'spectrum',
  outputs: {
    best: { fault: text(), found: boolean(), frequency: number('Hz'), score: number('dB') },
    out: frame({
      family: text(),
      order: integer(),
      expected: number('Hz'),
      frequency: number('Hz'),
      amplitude: number(same('spectrum.amplitude')),
      prominence: number('dB'),
    }),
  },
  each(row, _s, p) {
    const turns = Number.isNaN(row.speed.value) || row.speed.value === undefined ? p.speed : row.speed.value;
    if (!(turns > 0)) throw new RangeError(`the speed is ${turns} /min: lines are sought on a turning shaft`);
    const { frequency, amplitude } = { frequency: row.spectrum.frequency, amplitude: row.spectrum.amplitude };
    if (frequency.length < 16) throw new RangeError(`the spectrum has ${frequency.length} lines: at least 16 are needed`);
    const tolerance = p.tolerance / 100;
    const judged =
      p.of === 'motor'
        ? judgeMotor(frequency, amplitude, { supply: p.supply, poles: p.poles }, turns / 60, { tolerance, threshold: p.sideband })
        : judgeBearing(
            frequency,
            amplitude,
            { balls: p.balls, ballDiameter: p.ballDiameter, pitchDiameter: p.pitchDiameter, angle: p.angle },
            turns / 60,
            { harmonics: p.harmonics, tolerance, threshold: p.prominence },
          );
    const { found } = judged;
    return {
      best: { fault: judged.fault, found: judged.fault !== 'none', frequency: judged.frequency, score: judged.score },
      out: {
        family: found.map((f) => f.family),
        order: found.map((f) => f.order),
        expected: found.map((f) => f.expected),
        frequency: found.map((f) => f.frequency),
        amplitude: found.map((f) => f.amplitude),
        prominence: found.map((f) => 20 * Math.log10(f.prominence)),
      },
    };
  },
});
