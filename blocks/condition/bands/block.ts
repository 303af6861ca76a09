import { defineBlock, field, integer, number, text, wave, z } from '#blocks/sdk/index.ts';
import { velocityRms } from './velocity.ts';
import { ZONES, zoneOf } from './zones.ts';

export default defineBlock({
  id: 'condition.bands',
  version: '1.0.0',
  title: { en: 'Vibration severity', zh: '振动烈度' },
  summary: {
    en: 'RMS velocity of a vibration waveform within a band, and its zone A to D of ISO 20816.',
    zh: '由加速度波形计算频带内振动速度有效值，并按 ISO 20816 判定 A–D 区。',
  },
  words: { en: 'vibration severity velocity iso 10816 20816 zone rms', zh: '振动 烈度 速度 有效值 区域 评定' },
  icon: 'activity',
  reference: 'ISO 20816-1, ISO 20816-3 (zones); ISO 10816-1 annex B (classes)',
  labels: {
    velocity: { en: 'RMS velocity', zh: '速度有效值' },
    zone: { en: 'Zone', zh: '区域' },
    zoneNumber: { en: 'Zone number', zh: '区域序号' },
  },
  params: z
    .object({
      machine: field(
        z
          .enum([
            'group1-rigid',
            'group1-flexible',
            'group2-rigid',
            'group2-flexible',
            'class1',
            'class2',
            'class3',
            'class4',
            'own',
          ])
          .default('group2-rigid'),
        {
          title: { en: 'Machine', zh: '机器类别' },
          options: {
            'group1-rigid': { en: 'Group 1 (above 300 kW), rigid', zh: '第 1 组（300 kW 以上），刚性支承' },
            'group1-flexible': { en: 'Group 1 (above 300 kW), flexible', zh: '第 1 组（300 kW 以上），柔性支承' },
            'group2-rigid': { en: 'Group 2 (15–300 kW), rigid', zh: '第 2 组（15–300 kW），刚性支承' },
            'group2-flexible': { en: 'Group 2 (15–300 kW), flexible', zh: '第 2 组（15–300 kW），柔性支承' },
            class1: { en: 'Class I (ISO 10816-1)', zh: 'I 类（ISO 10816-1）' },
            class2: { en: 'Class II (ISO 10816-1)', zh: 'II 类（ISO 10816-1）' },
            class3: { en: 'Class III (ISO 10816-1)', zh: 'III 类（ISO 10816-1）' },
            class4: { en: 'Class IV (ISO 10816-1)', zh: 'IV 类（ISO 10816-1）' },
            own: { en: 'Own limits', zh: '自定义限值' },
          },
        },
      ),
      from: field(z.number().positive().default(10), { title: { en: 'Band from', zh: '频带下限' }, unit: 'Hz' }),
      to: field(z.number().positive().default(1000), { title: { en: 'Band to', zh: '频带上限' }, unit: 'Hz' }),
      window: field(z.enum(['hann', 'none']).default('hann'), {
        title: { en: 'Window', zh: '窗函数' },
        options: { hann: { en: 'Hann', zh: '汉宁窗' }, none: { en: 'None', zh: '不加窗' } },
      }),
      ab: field(z.number().positive().default(1.4), { title: { en: 'Own limit A/B', zh: '自定义 A/B 限值' }, unit: 'mm/s' }),
      bc: field(z.number().positive().default(2.8), { title: { en: 'Own limit B/C', zh: '自定义 B/C 限值' }, unit: 'mm/s' }),
      cd: field(z.number().positive().default(4.5), { title: { en: 'Own limit C/D', zh: '自定义 C/D 限值' }, unit: 'mm/s' }),
    })
    .refine((p) => p.from < p.to, { message: 'the band ends before it begins | 频带上限必须大于下限', path: ['to'] })
    .refine((p) => p.machine !== 'own' || (p.ab < p.bc && p.bc < p.cd), {
      message: 'the limits rise from A/B over B/C to C/D | 限值须按 A/B、B/C、C/D 递增',
      path: ['cd'],
    }),
  badQuality: 'skip',
  input: { wave: wave('m/s2') },
  output: { velocity: number('mm/s'), zone: text(), zoneNumber: integer() },
  each(row, _s, p) {
    const { values, rate } = row.wave;
    // one whole period of the lowest frequency and all lines up to the highest one
    if (values.length < 8 || values.length / rate < 1 / p.from)
      throw new RangeError(
        `the waveform lasts ${values.length / rate} s: a band from ${p.from} Hz needs at least ${1 / p.from} s`,
      );
    if (rate / 2 < p.to)
      throw new RangeError(`the waveform reaches ${rate / 2} Hz: a band up to ${p.to} Hz needs a rate of ${2 * p.to} Hz`);
    const velocity = velocityRms(values, rate, p.from, p.to, p.window);
    const zone = zoneOf(velocity, p.machine === 'own' ? [p.ab, p.bc, p.cd] : ZONES[p.machine]);
    return { velocity, zone: 'ABCD'.charAt(zone - 1), zoneNumber: zone };
  },
});
