import { defineBlock, field, frame, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { parametersOf, readFormula } from './formula.ts';
import { fitLevel } from './kalman.ts';
import { estimate } from './marquardt.ts';

/** What is wrong with a formula, in both languages; undefined when nothing is. */
function formulaFault(formula: string, start: number): string | undefined {
  try {
    const parameters = parametersOf(readFormula(formula));
    return parameters === start
      ? undefined
      : `the formula has ${parameters} parameters and ${start} first values | 公式有 ${parameters} 个参数，而初值有 ${start} 个`;
  } catch (fault) {
    return `${(fault as RangeError).message} | 公式无法识别`;
  }
}

export default defineBlock({
  id: 'learn.estimate',
  version: '1.0.0',
  title: { en: 'Estimate parameters', zh: '参数估计' },
  summary: {
    en: 'Fits the parameters of your own formula to measured points, or the level under noise by a Kalman filter, with their uncertainty.',
    zh: '用实测点拟合自定公式的参数，或用卡尔曼滤波估计噪声下的水平，并给出不确定度。',
  },
  words: {
    en: 'nonlinear least squares curve fit levenberg marquardt kalman filter state',
    zh: '非线性最小二乘 曲线拟合 卡尔曼滤波 状态估计',
  },
  icon: 'math-integral-x',
  reference: 'NIST StRD nonlinear regression; Moré 1978; Durbin & Koopman 2012, ch. 2',
  labels: {
    x: { en: 'Variable x', zh: '自变量 x' },
    y: { en: 'Measured y', zh: '实测值 y' },
    parameters: { en: 'Parameters', zh: '参数表' },
    covariance: { en: 'Covariance', zh: '协方差' },
    summary: { en: 'Quality of the fit', zh: '拟合质量' },
    fitted: { en: 'Fitted value', zh: '拟合值' },
    variance: { en: 'Variance', zh: '方差' },
    other: { en: 'With', zh: '与' },
    logLikelihood: { en: 'Log-likelihood', zh: '对数似然' },
    n: { en: 'Points', zh: '点数' },
  },
  params: z
    .object({
      method: field(z.enum(['formula', 'kalman']).default('formula'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          formula: { en: 'Least squares of a formula', zh: '公式的最小二乘' },
          kalman: { en: 'Kalman filter of a level', zh: '水平的卡尔曼滤波' },
        },
      }),
      formula: field(z.string().min(1).max(500).default('b1 + b2*x'), {
        title: { en: 'Formula of x and b1, b2, …', zh: '关于 x 与 b1、b2… 的公式' },
        help: {
          en: 'With + - * / ^, exp, ln, sqrt, sin, cos, atan, tanh, pi.',
          zh: '可用 + - * / ^、exp、ln、sqrt、sin、cos、atan、tanh、pi。',
        },
      }),
      start: field(z.array(z.number()).max(20).default([0, 1]), {
        title: { en: 'First values of b1, b2, …', zh: 'b1、b2… 的初值' },
      }),
      lower: field(z.array(z.number()).max(20).default([]), {
        title: { en: 'Lower bounds', zh: '下界' },
        help: { en: 'Empty: none.', zh: '留空：不限。' },
      }),
      upper: field(z.array(z.number()).max(20).default([]), { title: { en: 'Upper bounds', zh: '上界' } }),
      measurement: field(z.number().positive().optional(), {
        title: { en: 'Variance of the measurement', zh: '测量噪声方差' },
        help: { en: 'Kalman; empty: chosen by the data.', zh: '卡尔曼滤波用；留空：由数据确定。' },
      }),
      process: field(z.number().positive().optional(), { title: { en: 'Variance of the level’s steps', zh: '水平游走方差' } }),
    })
    .superRefine((p, context) => {
      const fault = p.method === 'formula' ? formulaFault(p.formula, p.start.length) : undefined;
      if (fault) context.addIssue({ code: 'custom', path: ['formula'], message: fault });
      if (p.lower.some((v, j) => v > (p.upper[j] ?? Number.POSITIVE_INFINITY)))
        context.addIssue({ code: 'custom', path: ['upper'], message: 'a lower bound lies above its upper bound | 下界大于上界' });
    }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({ y: number(), x: number(undefined, { optional: true }) }),
  outputs: {
    out: frame({ fitted: number(same('y')), residual: number(same('y')), variance: number() }),
    parameters: frame({ name: text(), estimate: number(), error: number() }),
    covariance: frame({ name: text(), other: text(), value: number() }),
    summary: { sd: number(same('y'), { optional: true }), logLikelihood: number('1', { optional: true }), n: integer() },
  },
  each(row, _s, p) {
    const y = row.y;
    if (p.method === 'kalman') {
      const k = fitLevel(y, p);
      return {
        out: { fitted: k.level, residual: k.level.map((v, i) => (y[i] as number) - v), variance: k.variance },
        parameters: {
          name: ['measurement', 'process'],
          estimate: [k.measurement, k.process],
          error: [Number.NaN, Number.NaN],
        },
        summary: { sd: Math.sqrt(k.measurement), logLikelihood: k.logLikelihood, n: y.length },
      };
    }
    const x = row.x as Float64Array | undefined;
    if (!x) throw new RangeError("the table has no column 'x': bind the variable of the formula");
    for (let i = 0; i < y.length; i++)
      if (!Number.isFinite(y[i]) || !Number.isFinite(x[i]))
        throw new RangeError(`row ${i + 1} has no number: leave it out first`);
    const formula = readFormula(p.formula);
    const e = estimate(formula, x, y, p.start, { lower: p.lower, upper: p.upper });
    const names = e.parameters.map((_, j) => `b${j + 1}`);
    return {
      out: {
        fitted: e.fitted,
        residual: e.fitted.map((v, i) => (y[i] as number) - v),
        variance: e.fitted.map(() => e.sd * e.sd),
      },
      parameters: { name: names, estimate: e.parameters, error: e.errors },
      covariance: {
        name: names.flatMap((a) => names.map(() => a)),
        other: names.flatMap(() => names),
        value: e.covariance.flat(),
      },
      summary: { sd: e.sd, n: y.length },
    };
  },
});
