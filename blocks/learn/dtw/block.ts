import { defineBlock, field, frame, integer, number, same, z } from '#blocks/sdk/index.ts';
import { warp } from './warp.ts';

/** A table of paths: more pairs than this are a matter for a coarser series. */
const MOST = 4_000_000;

export default defineBlock({
  id: 'learn.dtw',
  version: '1.0.0',
  title: { en: 'Time warping', zh: '动态时间规整' },
  summary: {
    en: 'Distance between two series whose times stretch and shrink, such as a batch and the golden batch, and which moments belong together.',
    zh: '计算两条时间可伸缩序列（如批次与黄金批次）的距离，并给出时刻对应关系。',
  },
  words: { en: 'dtw dynamic time warping golden batch similarity', zh: 'DTW 黄金批次 相似度 对齐' },
  icon: 'arrows-join-2',
  reference: 'Sakoe & Chiba 1978; Müller, Fundamentals of Music Processing, ch. 3.2',
  labels: {
    sample: { en: 'Series', zh: '待比序列' },
    reference: { en: 'Reference', zh: '参考序列' },
    path: { en: 'Path', zh: '对应路径' },
    distance: { en: 'Distance', zh: '距离' },
    perStep: { en: 'Distance per step', zh: '单步距离' },
    steps: { en: 'Steps', zh: '步数' },
  },
  params: z.object({
    norm: field(z.enum(['absolute', 'squared']).default('absolute'), {
      title: { en: 'Differences', zh: '差的度量' },
      options: {
        absolute: { en: 'Sum of absolute values', zh: '绝对值之和' },
        squared: { en: 'Root of the sum of squares', zh: '平方和开方' },
      },
    }),
    band: field(z.number().gt(0).max(1).default(1), {
      title: { en: 'Width of the band', zh: '约束带宽度' },
      help: {
        en: 'How far times may drift apart, as a share of the longer series; 1 = anyhow.',
        zh: '时间允许错开的程度，占较长序列的比例；1 表示不限。',
      },
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { sample: frame({ value: number() }), reference: frame({ value: number() }) },
  combine: 'latest',
  firesOn: 'sample',
  outputs: {
    out: { distance: number(same('sample.value')), perStep: number(same('sample.value')), steps: integer() },
    path: frame({ sample: integer(), reference: integer() }),
  },
  each(row, _s, p) {
    const [n, m] = [row.sample.value.length, row.reference.value.length];
    if (n === 0 || m === 0) throw new RangeError('a series is empty: both need at least one value');
    if (n * m > MOST) throw new RangeError(`${n} × ${m} pairs are more than ${MOST}: thin the series out first`);
    const w = warp(row.sample.value, row.reference.value, p.norm === 'absolute' ? 1 : 2, p.band);
    if (!Number.isFinite(w.distance)) throw new RangeError('a series has a gap: fill it first');
    return {
      out: { distance: w.distance, perStep: w.perStep, steps: w.left.length },
      path: { sample: w.left, reference: w.right },
    };
  },
});
