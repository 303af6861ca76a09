import { defineBlock, field, frame, number, same, wave, z } from '#blocks/sdk/index.ts';
import { averagedSpectrum, envelope, linesWithin, realCepstrum, rmsWithin } from './spectrum.ts';

export default defineBlock({
  id: 'condition.spectrum',
  version: '1.1.0',
  title: { en: 'Spectrum', zh: '频谱' },
  summary: {
    en: 'Amplitude spectrum of a waveform, or of its envelope within a band, with its strongest line and RMS; or its cepstrum.',
    zh: '计算波形或其频带包络的幅值谱，并给出最强谱线和有效值；也可计算倒频谱。',
  },
  words: { en: 'fft fourier frequency vibration envelope bearing cepstrum welch', zh: '傅里叶 频率 振动 包络 轴承 倒频谱 平均' },
  icon: 'wave-sine',
  reference: 'ISO 18431-2 (windows); ISO 13373-2 (vibration spectra); Randall & Antoni 2011 (envelope); Welch 1967 (averages)',
  labels: {
    strongest: { en: 'Strongest line', zh: '最强谱线' },
    cepstrum: { en: 'Cepstrum', zh: '倒频谱' },
    quefrency: { en: 'Quefrency', zh: '倒频率' },
    level: { en: 'Level', zh: '幅度' },
  },
  params: z
    .object({
      mode: field(z.enum(['amplitude', 'envelope', 'cepstrum']).default('amplitude'), {
        title: { en: 'Of', zh: '对象' },
        options: {
          amplitude: { en: 'the waveform', zh: '波形' },
          envelope: { en: 'its envelope', zh: '包络' },
          cepstrum: { en: 'its cepstrum', zh: '倒频谱' },
        },
      }),
      window: field(z.enum(['hann', 'hamming', 'blackman', 'flat-top', 'none']).default('hann'), {
        title: { en: 'Window', zh: '窗函数' },
        options: {
          hann: { en: 'Hann', zh: '汉宁窗' },
          hamming: { en: 'Hamming', zh: '汉明窗' },
          blackman: { en: 'Blackman', zh: '布莱克曼窗' },
          'flat-top': { en: 'Flat top (amplitudes)', zh: '平顶窗（幅值准确）' },
          none: { en: 'None', zh: '不加窗' },
        },
      }),
      averages: field(z.number().int().min(1).max(1000).default(1), {
        title: { en: 'Averages', zh: '平均次数' },
        help: {
          en: 'Segments of the waveform that overlap by half; their power is averaged.',
          zh: '波形按 50 % 重叠分段，对各段功率取平均。',
        },
      }),
      from: field(z.number().min(0).default(0), { title: { en: 'From', zh: '起始频率' }, unit: 'Hz' }),
      to: field(z.number().positive().default(10_000), { title: { en: 'To', zh: '终止频率' }, unit: 'Hz' }),
      lines: field(z.number().int().min(2).max(200_000).default(1000), {
        title: { en: 'Most lines given', zh: '最多输出谱线数' },
        help: {
          en: 'Of more lines, the strongest of each group of neighbours is given at its own frequency.',
          zh: '谱线更多时，每组相邻谱线只给出最强的一条及其频率。',
        },
      }),
      bandFrom: field(z.number().min(0).default(2000), { title: { en: 'Envelope band from', zh: '包络频带下限' }, unit: 'Hz' }),
      bandTo: field(z.number().positive().default(4000), { title: { en: 'Envelope band to', zh: '包络频带上限' }, unit: 'Hz' }),
      longest: field(z.number().positive().default(0.2), { title: { en: 'Cepstrum up to', zh: '倒频率上限' }, unit: 's' }),
    })
    .refine((p) => p.from < p.to, { message: 'the band ends before it begins | 终止频率必须大于起始频率', path: ['to'] })
    .refine((p) => p.bandFrom < p.bandTo, {
      message: 'the envelope band ends before it begins | 包络频带上限必须大于下限',
      path: ['bandTo'],
    }),
  carry: 'none',
  badQuality: 'skip',
  input: { wave: wave() },
  outputs: {
    out: frame({ frequency: number('Hz'), amplitude: number(same('wave')) }),
    strongest: { frequency: number('Hz'), amplitude: number(same('wave')), rms: number(same('wave')) },
    cepstrum: frame({ quefrency: number('s'), level: number('1') }),
  },
  each(row, _s, p) {
    const values = row.wave.values;
    if (values.length < 8) throw new RangeError(`the waveform has ${values.length} samples: a spectrum needs at least 8`);
    const rate = row.wave.rate;
    if (p.mode === 'cepstrum') {
      const { quefrency, level } = realCepstrum(values, rate, p.longest);
      return { cepstrum: { quefrency, level } };
    }
    if (2 * values.length < 8 * (p.averages + 1))
      throw new RangeError(
        `the waveform has ${values.length} samples: ${p.averages} averages need at least ${4 * (p.averages + 1)}`,
      );
    const spectrum = averagedSpectrum(
      p.mode === 'envelope' ? envelope(values, rate, p.bandFrom, p.bandTo) : values,
      rate,
      p.window,
      p.averages,
    );
    const lines = linesWithin(spectrum, p.from, p.to, p.lines);
    if (lines.frequency.length === 0) {
      throw new RangeError(`no line lies from ${p.from} to ${p.to} Hz: this waveform reaches ${rate / 2} Hz`);
    }
    let best = 0;
    for (let i = 1; i < lines.amplitude.length; i++)
      if ((lines.amplitude[i] as number) > (lines.amplitude[best] as number)) best = i;
    return {
      out: { frequency: lines.frequency, amplitude: lines.amplitude },
      strongest: {
        frequency: lines.frequency[best] as number,
        amplitude: lines.amplitude[best] as number,
        rms: rmsWithin(spectrum, p.from, p.to),
      },
    };
  },
});
