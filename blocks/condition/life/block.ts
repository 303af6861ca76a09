import { boolean, defineBlock, field, frame, integer, number, same, z } from '#blocks/sdk/index.ts';
import { cheapestAge, fitWeibull, meanLife, quantile } from './weibull.ts';

export default defineBlock({
  id: 'condition.life',
  version: '1.0.0',
  title: { en: 'Life (Weibull)', zh: '寿命（威布尔）' },
  summary: {
    en: 'Fits a Weibull life to failures and units still running, and gives the cheapest age of replacement.',
    zh: '由失效与仍在运行（删失）的寿命数据拟合威布尔分布，并给出费用最低的更换龄期。',
  },
  words: {
    en: 'weibull reliability failure censoring age replacement b10 maintenance',
    zh: '威布尔 可靠性 失效 删失 定期更换 B10 维修',
  },
  icon: 'hourglass',
  reference: 'IEC 61649; NIST/SEMATECH e-Handbook 8.4.1; Meeker & Escobar 1998; Barlow & Hunter 1960',
  labels: {
    life: { en: 'Life', zh: '寿命' },
    failed: { en: 'Failed (else still running)', zh: '已失效（否则为删失）' },
    policy: { en: 'Replacement', zh: '更换策略' },
    shape: { en: 'Shape β', zh: '形状参数 β' },
    scale: { en: 'Scale η', zh: '尺度参数 η' },
    shapeError: { en: 'Standard error of the shape', zh: '形状参数标准误' },
    scaleError: { en: 'Standard error of the scale', zh: '尺度参数标准误' },
    bx: { en: 'Bx life', zh: 'Bx 寿命' },
    logLikelihood: { en: 'Log-likelihood', zh: '对数似然' },
    failures: { en: 'Failures', zh: '失效数' },
    units: { en: 'Units', zh: '样本数' },
    age: { en: 'Replace at age', zh: '更换龄期' },
    runToFailure: { en: 'Cost when run to failure', zh: '事后维修费用率' },
    worth: { en: 'Replacing pays', zh: '定期更换合算' },
  },
  params: z
    .object({
      percent: field(z.number().gt(0).lt(100).default(10), { title: { en: 'x of the Bx life', zh: 'Bx 的 x' }, unit: '%' }),
      planned: field(z.number().positive().default(1000), {
        title: { en: 'Cost of a planned replacement', zh: '计划更换费用' },
        help: { en: 'In any currency; the cost rate is per unit of life.', zh: '任意币种；费用率按寿命单位计。' },
      }),
      failure: field(z.number().positive().default(5000), { title: { en: 'Cost of a failure', zh: '失效更换费用' } }),
    })
    .refine((p) => p.failure >= p.planned, {
      message: 'a failure costs at least as much as a planned replacement | 失效费用不应低于计划更换费用',
      path: ['failure'],
    }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({ life: number(), failed: boolean() }),
  outputs: {
    out: {
      shape: number('1'),
      scale: number(same('life')),
      shapeError: number('1'),
      scaleError: number(same('life')),
      bx: number(same('life')),
      mean: number(same('life')),
      logLikelihood: number('1'),
      failures: integer(),
      units: integer(),
    },
    policy: { age: number(same('life'), { optional: true }), cost: number(), runToFailure: number(), worth: boolean() },
  },
  each(row, _s, p) {
    const fit = fitWeibull(row.life, row.failed);
    const policy = cheapestAge(fit, p.planned, p.failure);
    const worth = Number.isFinite(policy.age);
    return {
      out: {
        shape: fit.shape,
        scale: fit.scale,
        shapeError: fit.shapeError,
        scaleError: fit.scaleError,
        bx: quantile(fit, p.percent / 100),
        mean: meanLife(fit),
        logLikelihood: fit.logLikelihood,
        failures: fit.failures,
        units: row.life.length,
      },
      policy: { age: worth ? policy.age : Number.NaN, cost: policy.cost, runToFailure: policy.runToFailure, worth },
    };
  },
});
