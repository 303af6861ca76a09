import { defineBlock, field, number, same, wave, z } from '#blocks/sdk/index.ts';
import { features } from './statistics.ts';

export default defineBlock({
  id: 'condition.features',
  version: '1.0.0',
  title: { en: 'Waveform features', zh: '波形特征' },
  summary: {
    en: 'RMS, peak, kurtosis, skewness, crest, shape, impulse and clearance factor and entropy of a waveform.',
    zh: '计算波形的有效值、峰值、峭度、偏度、峰值因子、波形因子、脉冲因子、裕度因子和信息熵。',
  },
  words: { en: 'kurtosis crest factor rms entropy statistics vibration', zh: '峭度 峰值因子 有效值 熵 统计 振动' },
  icon: 'chart-infographic',
  reference: 'ISO 13373-2 annex (crest factor, kurtosis); Lei 2016, Intelligent Fault Diagnosis, table 2.1',
  labels: {
    peak: { en: 'Peak', zh: '峰值' },
    peakToPeak: { en: 'Peak to peak', zh: '峰峰值' },
    skewness: { en: 'Skewness', zh: '偏度' },
    kurtosis: { en: 'Kurtosis', zh: '峭度' },
    crest: { en: 'Crest factor', zh: '峰值因子' },
    shape: { en: 'Shape factor', zh: '波形因子' },
    impulse: { en: 'Impulse factor', zh: '脉冲因子' },
    clearance: { en: 'Clearance factor', zh: '裕度因子' },
    entropy: { en: 'Entropy', zh: '信息熵' },
  },
  params: z.object({
    bins: field(z.number().int().min(2).max(1000).default(64), {
      title: { en: 'Classes of the entropy', zh: '信息熵分组数' },
      help: { en: 'Equal classes between the least and the greatest value.', zh: '最小值与最大值之间的等宽分组。' },
    }),
  }),
  badQuality: 'skip',
  input: { wave: wave() },
  output: {
    mean: number(same('wave')),
    rms: number(same('wave')),
    sd: number(same('wave')),
    peak: number(same('wave')),
    peakToPeak: number(same('wave')),
    skewness: number('1'),
    kurtosis: number('1'),
    crest: number('1'),
    shape: number('1'),
    impulse: number('1'),
    clearance: number('1'),
    entropy: number('bit'),
  },
  each(row, _s, p) {
    const values = row.wave.values;
    if (values.length < 8) throw new RangeError(`the waveform has ${values.length} samples: features need at least 8`);
    const f = features(values, p.bins);
    if (!Number.isFinite(f.rms)) throw new RangeError('the waveform has a sample that is no number');
    return {
      mean: f.mean,
      rms: f.rms,
      sd: f.sd,
      peak: f.peak,
      peakToPeak: f.peakToPeak,
      skewness: f.skewness,
      kurtosis: f.kurtosis,
      crest: f.crest,
      shape: f.shape,
      impulse: f.impulse,
      clearance: f.clearance,
      entropy: f.entropy,
    };
  },
});
