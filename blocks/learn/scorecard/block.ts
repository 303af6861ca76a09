import { columnNames, defineBlock, field, number, rows, text, z } from '#blocks/sdk/index.ts';
import { valuesOf } from '../table.ts';
import { matrixFault } from './hierarchy.ts';
import { scoreHierarchy, scoreLogistic, scorePoints } from './score.ts';

export default defineBlock({
  id: 'learn.scorecard',
  version: '1.0.0',
  title: { en: 'Scorecard', zh: '评分卡' },
  summary: {
    en: 'Scores a row by a points, logistic or AHP scorecard, with the reasons and a decision; gates send it to a person.',
    zh: '按打分、逻辑或层次分析评分卡计算得分，给出原因与决定；触发门限时转人工。',
  },
  words: { en: 'credit score pdo odds ahp saaty weights decision supplier', zh: '信用评分 赔率 层次分析法 权重 决策 供应商' },
  icon: 'scoreboard',
  reference: 'Siddiqi, Credit Risk Scorecards (points to double the odds); Saaty 1980 (analytic hierarchy process)',
  labels: {
    logOdds: { en: 'Log-odds', zh: '对数赔率' },
    decision: { en: 'Decision', zh: '决定' },
    reasons: { en: 'Reasons', zh: '原因' },
    gate: { en: 'Gate', zh: '触发门限' },
    version: { en: 'Version of the card', zh: '评分卡版本' },
  },
  params: z
    .object({
      columns: columnNames({ title: { en: 'Columns', zh: '指标列' } }),
      method: field(z.enum(['points', 'logistic', 'ahp']).default('points'), {
        title: { en: 'Method', zh: '方法' },
        options: {
          points: { en: 'Points that double the odds', zh: '赔率翻倍打分' },
          logistic: { en: 'Probability', zh: '概率' },
          ahp: { en: 'Expert weights (AHP)', zh: '专家权重（层次分析法）' },
        },
      }),
      weights: field(z.array(z.number()).default([]), {
        title: { en: 'Weights', zh: '权重' },
        help: { en: 'One per column, in log-odds; not for AHP.', zh: '每列一个，以对数赔率计；层次分析法不用。' },
      }),
      intercept: field(z.number().default(0), { title: { en: 'Constant', zh: '常数项' } }),
      comparisons: field(z.array(z.array(z.number().positive())).default([]), {
        title: { en: 'Comparisons of the columns (AHP)', zh: '两两比较判断矩阵（层次分析法）' },
        help: { en: 'Row against column, 1/9 to 9.', zh: '行对列的重要性，1/9 至 9。' },
      }),
      reference: field(z.array(z.number()).default([]), {
        title: { en: 'Usual values', zh: '参考值' },
        help: { en: 'Reasons are told against these; empty: against 0.', zh: '原因以此为基准；留空按 0。' },
      }),
      pdo: field(z.number().positive().default(20), { title: { en: 'Points that double the odds', zh: '赔率翻倍分（PDO）' } }),
      base: field(z.number().default(600), { title: { en: 'Score at the base odds', zh: '基准分' } }),
      odds: field(z.number().positive().default(50), { title: { en: 'Base odds', zh: '基准赔率' } }),
      approve: field(z.number().default(550), { title: { en: 'Approve from', zh: '通过下限' } }),
      decline: field(z.number().default(500), { title: { en: 'Decline below', zh: '拒绝上限' } }),
      gateColumn: field(z.string().default(''), {
        title: { en: 'Gate column', zh: '门限列' },
        help: { en: 'Below the limit a person decides, whatever the score.', zh: '低于限值时无论得分一律转人工。' },
      }),
      gateLimit: field(z.number().default(0), { title: { en: 'Gate limit', zh: '门限值' } }),
      gateReason: field(z.string().max(200).default(''), { title: { en: 'Words of the gate', zh: '门限说明' } }),
      card: field(z.string().max(40).default('1'), { title: { en: 'Version of the card', zh: '评分卡版本' } }),
    })
    .superRefine((p, context) => {
      const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
      if (p.method !== 'ahp' && p.weights.length !== p.columns.length)
        refuse('weights', `${p.columns.length} columns need as many weights | ${p.columns.length} 列需要同样个数的权重`);
      if (p.reference.length > 0 && p.reference.length !== p.columns.length)
        refuse('reference', 'give one usual value per column, or none | 参考值须与列数相同，或留空');
      if (p.method === 'ahp') {
        const fault = matrixFault(p.comparisons, p.columns.length);
        if (fault) refuse('comparisons', fault);
      }
      if (p.decline > p.approve) refuse('decline', 'what is declined lies below what is approved | 拒绝上限不能高于通过下限');
      if (p.gateColumn !== '' && !p.columns.includes(p.gateColumn))
        refuse('gateColumn', `'${p.gateColumn}' is none of the columns | “${p.gateColumn}”不在指标列中`);
    }),
  badQuality: 'skip',
  input: rows({}, { listed: 'columns' }),
  output: {
    score: number('1'),
    logOdds: number('1', { optional: true }),
    decision: text(),
    reasons: text(),
    gate: text(),
    version: text(),
  },
  each(row, _s, p) {
    const values = valuesOf(row, p.columns);
    const scored =
      p.method === 'points'
        ? scorePoints(values, p.weights, {
            intercept: p.intercept,
            pdo: p.pdo,
            base: p.base,
            odds: p.odds,
            reference: p.reference,
          })
        : p.method === 'logistic'
          ? scoreLogistic(values, p.weights, p.intercept, p.reference)
          : scoreHierarchy(values, p.comparisons, p.reference);
    const stopped = p.gateColumn !== '' && (values[p.columns.indexOf(p.gateColumn)] as number) < p.gateLimit;
    const reasons = scored.points
      .map((points, i) => ({ points, name: p.columns[i] as string }))
      .sort((a, b) => a.points - b.points)
      .slice(0, 3)
      .map((r) => `${r.name} ${r.points.toFixed(2)}`);
    return {
      score: scored.score,
      logOdds: scored.logOdds,
      decision: stopped ? 'refer' : scored.score >= p.approve ? 'approve' : scored.score < p.decline ? 'decline' : 'refer',
      reasons: reasons.join('; '),
      gate: stopped ? p.gateReason || p.gateColumn : '',
      version: p.card,
    };
  },
});
