import { columnNames, defineBlock, field, json, number, rows, text, z } from '#blocks/sdk/index.ts';
import { diagnose, type Finding } from './table.ts';

const evidence = z.object({ name: z.string().min(1), column: z.string().min(1), sign: z.enum(['>', '<']), limit: z.number() });
const fault = z.object({
  fault: z.string().min(1),
  location: z.string().default(''),
  prior: z.number().positive().default(1),
  shows: z.array(z.number().min(0).max(1)),
});

export default defineBlock({
  id: 'condition.diagnose',
  version: '1.0.0',
  title: { en: 'Diagnose', zh: '故障诊断' },
  summary: {
    en: 'Names the fault, its place and how sure that is, from a table of faults and evidence, and says what speaks for it.',
    zh: '依据故障—证据表给出故障、部位与置信度，并列出支持证据。',
  },
  words: { en: 'fault diagnosis bayes rules expert system evidence root cause', zh: '诊断 贝叶斯 规则 专家系统 证据 原因' },
  icon: 'stethoscope',
  reference: 'ISO 13379-1 (diagnosis by fault and symptom tables); Pearl 1988 (naive Bayes)',
  labels: {
    fault: { en: 'Fault', zh: '故障' },
    location: { en: 'Location', zh: '部位' },
    confidence: { en: 'Confidence', zh: '置信度' },
    evidence: { en: 'Evidence', zh: '证据' },
    version: { en: 'Version of the table', zh: '规则表版本' },
  },
  params: z
    .object({
      columns: columnNames({ title: { en: 'Columns of the evidence', zh: '证据列' } }),
      evidence: field(z.array(evidence).min(1).max(100), {
        title: { en: 'Evidence', zh: '证据表' },
        help: { en: 'It shows when its column is beyond the limit.', zh: '所列列越过限值时视为出现。' },
      }),
      faults: field(z.array(fault).min(1).max(200), {
        title: { en: 'Faults', zh: '故障表' },
        help: {
          en: 'For each the chance that every piece of evidence shows: 1 must, 0 must not, 0.5 says nothing. List the healthy state too.',
          zh: '逐项给出各证据出现的概率：1 必须，0 不得，0.5 无关。须包含“正常”。',
        },
      }),
      version: field(z.string().max(40).default('1'), { title: { en: 'Version of the table', zh: '规则表版本' } }),
    })
    .superRefine((p, context) => {
      const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
      for (const e of p.evidence)
        if (!p.columns.includes(e.column)) refuse('evidence', `'${e.column}' is none of the columns | “${e.column}”不在证据列中`);
      for (const f of p.faults)
        if (f.shows.length !== p.evidence.length)
          refuse(
            'faults',
            `'${f.fault}' needs ${p.evidence.length} chances, one per piece of evidence | “${f.fault}”须给出 ${p.evidence.length} 个概率`,
          );
    }),
  badQuality: 'skip',
  input: rows({}, { listed: 'columns' }),
  output: { fault: text(), location: text(), confidence: number('1'), evidence: json<Finding['evidence']>(), version: text() },
  each(row, _s, p) {
    const all = row as unknown as Readonly<Record<string, number>>;
    const found = diagnose(
      p.evidence.map((e) => all[e.column] as number),
      p.evidence,
      p.faults,
    );
    return {
      fault: found.fault,
      location: found.location,
      confidence: found.confidence,
      evidence: found.evidence,
      version: p.version,
    };
  },
});
