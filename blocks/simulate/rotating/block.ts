import { defineBlock, f64, f64s, field, i32, number, text, wave, z } from '#blocks/sdk/index.ts';
import {
  advanceRotating,
  initRotating,
  ROTATING_CELLS,
  ROTATING_FAULTS,
  type RotatingFault,
  type RotatingInputs,
  readRotating,
  rotatingWave,
} from './model.ts';

interface Parameters {
  readonly fault: RotatingFault;
  readonly severity: number;
  readonly ratio: number;
  readonly noise: number;
}
const inputsOf = (p: Parameters, speed: number): RotatingInputs => ({
  fault: p.fault,
  severity: p.severity,
  speed,
  ratio: p.ratio,
  noise: p.noise,
});

export default defineBlock({
  id: 'simulate.rotating',
  version: '1.0.0',
  title: { en: 'Motor–pump set simulator', zh: '电机泵组仿真' },
  summary: {
    en: 'Simulates a motor–pump set on a bearing 6205: slow signals on every row, a vibration waveform at an interval, the truth apart.',
    zh: '仿真采用 6205 轴承的电机泵组：每行输出慢变量，按间隔输出振动波形，真值单独输出。',
  },
  words: { en: 'vibration bearing fault demo', zh: '振动 轴承 故障 演示' },
  icon: 'settings-automation',
  reference: 'Randall & Antoni 2011, Rolling element bearing diagnostics; bearing kinematics in closed form',
  params: z.object({
    seed: field(z.number().int().default(42), { title: { en: 'Seed', zh: '随机种子' } }),
    fault: field(z.enum(ROTATING_FAULTS).default('none'), {
      title: { en: 'Fault', zh: '故障' },
      options: {
        none: { en: 'None', zh: '无' },
        inner: { en: 'Inner race', zh: '内圈' },
        outer: { en: 'Outer race', zh: '外圈' },
        ball: { en: 'Ball', zh: '滚动体' },
        imbalance: { en: 'Imbalance', zh: '不平衡' },
      },
    }),
    severity: field(z.number().min(0).max(5).default(1), { title: { en: 'Size of the fault', zh: '故障程度' } }),
    ratio: field(z.number().min(-40).max(80).default(0), {
      title: { en: 'Impulses to noise', zh: '冲击与噪声功率比' },
      unit: 'dB',
      help: { en: 'Within 0 to 6 kHz.', zh: '在 0～6 kHz 频带内。' },
    }),
    noise: field(z.number().min(0).max(3).default(1), { title: { en: 'Noise of the slow signals', zh: '慢变量噪声' } }),
    rate: field(z.number().min(1000).max(200_000).default(48_000), { title: { en: 'Sample rate', zh: '采样率' }, unit: 'Hz' }),
    samples: field(z.number().int().min(256).max(262_144).default(48_000), { title: { en: 'Samples a wave', zh: '每段点数' } }),
    every: field(z.number().min(0).default(10), { title: { en: 'Wave every', zh: '波形间隔' }, unit: 's' }),
  }),
  carry: 'none',
  badQuality: 'skip',
  /** Shaft speed at rated load; the set moves on to the row's time. */
  input: { value: number('/min') },
  outputs: {
    measured: { speed: number('/min'), temperature: number('Cel'), power: number('kW'), vibration: number('mm/s') },
    wave: { wave: wave('m/s2') },
    truth: { fault: text(), severity: number('1') },
  },
  state: { x: f64s(ROTATING_CELLS), started: i32(), due: f64(Number.NEGATIVE_INFINITY) },
  each(row, s, p) {
    const inputs = inputsOf(p, row.value);
    if (s.started === 0) {
      s.started = 1;
      initRotating(s.x, p.seed, row.time, inputs);
    }
    advanceRotating(s.x, row.time, inputs);
    const m = readRotating(s.x, inputs);
    const measured = { speed: m.speed, temperature: m.temperature, power: m.power, vibration: m.vibration };
    const truth = { fault: p.fault, severity: p.fault === 'none' ? 0 : p.severity };
    if (row.time < s.due) return { measured, truth };
    s.due = row.time + p.every * 1000;
    const values = rotatingWave(s.x, inputs, p.samples, p.rate);
    return { measured, truth, wave: { wave: { t0: row.time, rate: p.rate, n: p.samples, values } } };
  },
});
