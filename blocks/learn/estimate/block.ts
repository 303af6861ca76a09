import { defineBlock, field, frame, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { extendedFilter } from './extended.ts';
import { type Formula, parametersOf, readFormula, variablesOf } from './formula.ts';
import { fitLevel } from './kalman.ts';
import { estimate } from './marquardt.ts';

/** What is wrong with a formula, in both languages; undefined when nothing is. `exactly` parameters, or any up to `most`. */
function formulaFault(formula: string, exactly: number, most: number): string | undefined {
  try {
    const parameters = parametersOf(readFormula(formula));
    if (Number.isNaN(exactly) ? parameters <= most : parameters === exactly) return undefined;
    return `the formula has ${parameters} parameters and ${most} first values | 公式有 ${parameters} 个参数，而初值有 ${most} 个`;
  } catch (fault) {
    return `${(fault as RangeError).message} | 公式无法识别`;
  }
}

/** The columns of the formulas' variables. @throws RangeError where one is not wired or has a gap */
function variables(row: { x?: ArrayLike<number>; x2?: ArrayLike<number>; x3?: ArrayLike<number> }, formulas: readonly Formula[]) {
  const needed = Math.max(0, ...formulas.map(variablesOf));
  return (
    [
      ['x', row.x],
      ['x2', row.x2],
      ['x3', row.x3],
    ] as const
  )
    .slice(0, needed)
    .map(([name, column]) => {
      if (!column) throw new RangeError(`the table has no column '${name}': bind the variable of the formula`);
      for (let i = 0; i < column.length; i++)
        if (!Number.isFinite(column[i])) throw new RangeError(`row ${i + 1} has no number in '${name}': leave it out first`);
      return column;
    });
}

export default defineBlock({
  id: 'learn.estimate',
  version: '1.0.0',
  title: { en: 'Estimate parameters', zh: '参数估计' },
  summary: {
    en: 'Fits the parameters of your own formula to measured points, or follows a level or the states of your own model by a Kalman filter, with their uncertainty.',
    zh: '用实测点拟合自定公式的参数，或用（扩展）卡尔曼滤波跟踪水平或自定模型的状态，并给出不确定度。',
  },
  words: {
    en: 'nonlinear least squares curve fit levenberg marquardt kalman filter extended ekf state',
    zh: '非线性最小二乘 曲线拟合 卡尔曼滤波 扩展卡尔曼 EKF 状态估计',
  },
  icon: 'math-integral-x',
  reference: 'NIST StRD nonlinear regression; Moré 1978; Durbin & Koopman 2012, ch. 2; Bar-Shalom, Li & Kirubarajan 2001, ch. 10',
  labels: {
    x: { en: 'Variable x', zh: '自变量 x' },
    x2: { en: 'Variable x2', zh: '自变量 x2' },
    x3: { en: 'Variable x3', zh: '自变量 x3' },
    track: { en: 'States row by row', zh: '逐行状态' },
    row: { en: 'Row', zh: '行' },
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
      method: field(z.enum(['formula', 'kalman', 'extended']).default('formula'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          formula: { en: 'Least squares of a formula', zh: '公式的最小二乘' },
          kalman: { en: 'Kalman filter of a level', zh: '水平的卡尔曼滤波' },
          extended: { en: 'Extended Kalman filter of own states', zh: '自定状态的扩展卡尔曼滤波' },
        },
      }),
      formula: field(z.string().min(1).max(500).default('b1 + b2*x'), {
        title: { en: 'Formula of what is measured', zh: '测量值公式' },
        help: {
          en: 'Of x, x2, x3 and b1, b2, … with + - * / ^, exp, ln, sqrt, sin, cos, atan, tanh, pi.',
          zh: '由 x、x2、x3 与 b1、b2… 组成，可用 + - * / ^、exp、ln、sqrt、sin、cos、atan、tanh、pi。',
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
      next: field(z.array(z.string().max(500)).max(10).default([]), {
        title: { en: 'Next value of b1, b2, …', zh: 'b1、b2… 的下一值' },
        help: {
          en: 'Extended filter: a formula each, of the values before and x, x2, x3 of the row. Empty: it stays.',
          zh: '扩展卡尔曼用：每个状态一个公式，由上一值与该行的 x、x2、x3 计算。留空：保持不变。',
        },
      }),
      startVariance: field(z.array(z.number().min(0)).max(10).default([]), {
        title: { en: 'Variances of the first values', zh: '初值方差' },
      }),
      stepVariance: field(z.array(z.number().min(0)).max(10).default([]), {
        title: { en: 'Variances added in a step', zh: '每步过程噪声方差' },
        help: { en: 'Empty: none.', zh: '留空：无。' },
      }),
    })
    .superRefine((p, context) => {
      const fault =
        p.method === 'kalman'
          ? undefined
          : formulaFault(p.formula, p.method === 'formula' ? p.start.length : Number.NaN, p.start.length);
      if (fault) context.addIssue({ code: 'custom', path: ['formula'], message: fault });
      if (p.method === 'extended') {
        p.next.forEach((formula, i) => {
          const wrong = formula.trim() === '' ? undefined : formulaFault(formula, Number.NaN, p.start.length);
          if (wrong) context.addIssue({ code: 'custom', path: ['next', i], message: wrong });
        });
        if (p.next.length > p.start.length || p.stepVariance.length > p.start.length)
          context.addIssue({
            code: 'custom',
            path: ['next'],
            message: 'there are more formulas or variances than first values | 公式或方差的个数多于初值',
          });
        if (p.startVariance.length !== p.start.length)
          context.addIssue({
            code: 'custom',
            path: ['startVariance'],
            message: `${p.start.length} first values need as many variances | ${p.start.length} 个初值须有同样个数的方差`,
          });
        if (p.measurement === undefined)
          context.addIssue({
            code: 'custom',
            path: ['measurement'],
            message: 'an extended filter needs the variance of the measurement | 扩展卡尔曼须给出测量噪声方差',
          });
      }
      if (p.lower.some((v, j) => v > (p.upper[j] ?? Number.POSITIVE_INFINITY)))
        context.addIssue({ code: 'custom', path: ['upper'], message: 'a lower bound lies above its upper bound | 下界大于上界' });
    }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({
    y: number(),
    x: number(undefined, { optional: true }),
    x2: number(undefined, { optional: true }),
    x3: number(undefined, { optional: true }),
  }),
  outputs: {
    out: frame({ fitted: number(same('y')), residual: number(same('y')), variance: number() }),
    parameters: frame({ name: text(), estimate: number(), error: number() }),
    covariance: frame({ name: text(), other: text(), value: number() }),
    track: frame({ row: integer(), name: text(), estimate: number(), error: number() }),
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
    const formula = readFormula(p.formula);
    if (p.method === 'extended') {
      const next = p.start.map((_, i) => (p.next[i]?.trim() ? readFormula(p.next[i] as string) : null));
      const columns = variables(row, [formula, ...next.filter((f) => f !== null)]);
      const model = {
        measured: formula,
        next,
        start: p.start,
        startVariance: p.startVariance,
        process: p.start.map((_, i) => p.stepVariance[i] ?? 0),
        measurement: p.measurement ?? Number.NaN,
      };
      const f = extendedFilter(model, columns, y);
      const states = p.start.map((_, j) => `b${j + 1}`);
      return {
        out: { fitted: f.fitted, residual: f.fitted.map((v, i) => (y[i] as number) - v), variance: f.variance },
        parameters: { name: states, estimate: f.states, error: f.deviations.at(-1) ?? [] },
        covariance: {
          name: states.flatMap((a) => states.map(() => a)),
          other: states.flatMap(() => states),
          value: f.covariance.flat(),
        },
        track: {
          row: f.track.flatMap((_, i) => states.map(() => i + 1)),
          name: f.track.flatMap(() => states),
          estimate: f.track.flat(),
          error: f.deviations.flat(),
        },
        summary: { sd: Math.sqrt(model.measurement), logLikelihood: f.logLikelihood, n: y.length },
      };
    }
    for (let i = 0; i < y.length; i++)
      if (!Number.isFinite(y[i])) throw new RangeError(`row ${i + 1} has no number: leave it out first`);
    const e = estimate(formula, variables(row, [formula]), y, p.start, { lower: p.lower, upper: p.upper });
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
