import { columnNames, defineBlock, field, frame, integer, number, same, text, z } from '#blocks/sdk/index.ts';
import { regress } from './regress.ts';

export default defineBlock({
  id: 'learn.regress',
  version: '1.0.0',
  title: { en: 'Regression', zh: '回归' },
  summary: {
    en: 'Fits an outcome on columns of a table, with diagnostics and predictions: linear, ridge, logistic or robust.',
    zh: '用表中若干列拟合目标列，给出系数、诊断与预测：线性、岭、逻辑或稳健回归。',
  },
  words: { en: 'least squares ols ridge logistic huber robust polynomial fit', zh: '最小二乘 岭回归 逻辑回归 稳健 多项式 拟合' },
  icon: 'chart-scatter',
  reference: 'NIST StRD linear regression; Hoerl & Kennard 1970; Huber 1981; McCullagh & Nelder 1989',
  labels: {
    y: { en: 'Outcome', zh: '目标' },
    summary: { en: 'Quality of the fit', zh: '拟合质量' },
    coefficients: { en: 'Coefficients', zh: '系数表' },
    term: { en: 'Term', zh: '项' },
    t: { en: 't or z', zh: 't 或 z 值' },
    observed: { en: 'Observed', zh: '观测值' },
    r2: { en: 'R²', zh: '决定系数 R²' },
    adjusted: { en: 'Adjusted R²', zh: '调整 R²' },
    f: { en: 'F statistic', zh: 'F 统计量' },
    n: { en: 'Rows learned from', zh: '建模行数' },
  },
  params: z.object({
    columns: columnNames({ title: { en: 'Columns', zh: '自变量列' } }),
    method: field(z.enum(['linear', 'ridge', 'logistic', 'robust']).default('linear'), {
      title: { en: 'Method', zh: '方法' },
      options: {
        linear: { en: 'Least squares', zh: '最小二乘' },
        ridge: { en: 'Ridge', zh: '岭回归' },
        logistic: { en: 'Logistic (outcome 0 or 1)', zh: '逻辑回归（目标为 0 或 1）' },
        robust: { en: 'Robust (Huber)', zh: '稳健回归（Huber）' },
      },
    }),
    degree: field(z.number().int().min(1).max(10).default(1), {
      title: { en: 'Powers up to', zh: '最高次数' },
      help: { en: 'Every column with its powers.', zh: '每列取各次幂。' },
    }),
    intercept: field(z.boolean().default(true), { title: { en: 'With a constant', zh: '含常数项' } }),
    lambda: field(z.number().positive().default(1), { title: { en: 'Penalty λ of ridge', zh: '岭回归惩罚 λ' } }),
  }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({ y: number() }, { listed: 'columns' }),
  outputs: {
    out: frame({ observed: number(same('y')), predicted: number(same('y')), residual: number(same('y')) }),
    coefficients: frame({ term: text(), coefficient: number(), error: number(), t: number('1'), p: number('1') }),
    summary: {
      r2: number('1'),
      adjusted: number('1', { optional: true }),
      sd: number(same('y'), { optional: true }),
      f: number('1', { optional: true }),
      p: number('1', { optional: true }),
      df: integer(),
      n: integer(),
    },
  },
  each(row, _s, p) {
    const fit = regress(row, row.y, p);
    const observed = row.y;
    return {
      out: { observed, predicted: fit.predicted, residual: fit.predicted.map((v, i) => (observed[i] as number) - v) },
      coefficients: { term: fit.terms, coefficient: fit.coefficients, error: fit.error, t: fit.t, p: fit.p },
      summary: { r2: fit.r2, adjusted: fit.adjusted, sd: fit.sd, f: fit.f, p: fit.fp, df: fit.df, n: fit.n },
    };
  },
});
