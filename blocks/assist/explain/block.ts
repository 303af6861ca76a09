import { defineBlock, field, frame, integer, number, text, z } from '#blocks/sdk/index.ts';
import { explain } from './explain.ts';

const sentence = z
  .string()
  .min(1)
  .max(500)
  .refine((words) => !/\d/.test(words.replaceAll(/\{\w+\}/g, '')), {
    message:
      'a number stands in the template: numbers come from the evidence, write {value} | 模板中写有数字：数字须来自证据，请写 {value}',
  })
  .refine((words) => [...words.matchAll(/\{(\w*)\}/g)].every(([, name = '']) => ['id', 'value', 'unit', 'text'].includes(name)), {
    message: 'places are {id}, {value}, {unit} and {text} | 可用占位符为 {id}、{value}、{unit}、{text}',
  });

export default defineBlock({
  id: 'assist.explain',
  version: '1.0.0',
  title: { en: 'Explanation from evidence', zh: '依据证据说明' },
  summary: {
    en: 'Puts findings into sentences of both languages: cites only the evidence given, copies its numbers.',
    zh: '把结论写成中英文句子：只引用给定的证据，数字原样抄录。',
  },
  words: { en: 'text report summary narrative reason template', zh: '文字 报告 摘要 解释 模板' },
  icon: 'message-report',
  reference: 'Reiter & Dale 2000, Building Natural Language Generation Systems (template realization)',
  labels: {
    id: { en: 'Evidence id', zh: '证据编号' },
    kind: { en: 'Kind of evidence', zh: '证据类型' },
    unit: { en: 'Unit', zh: '单位' },
    en: { en: 'English text', zh: '英文文本' },
    zh: { en: 'Chinese text', zh: '中文文本' },
    cited: { en: 'Cited evidence', zh: '引用的证据' },
    unsaid: { en: 'Kinds without a template', zh: '无模板的类型' },
  },
  params: z
    .object({
      templates: field(
        z
          .array(z.object({ kind: z.string().min(1), en: sentence, zh: sentence }))
          .min(1)
          .max(200),
        {
          title: { en: 'Sentences', zh: '句子模板' },
          help: {
            en: 'For each kind of evidence one, with {value}, {unit}, {text} and {id}; no other numbers.',
            zh: '每种证据一句，可用 {value}、{unit}、{text}、{id}；不得另写数字。',
          },
        },
      ),
      digits: field(z.number().int().min(1).max(15).default(6), {
        title: { en: 'Significant digits', zh: '有效数字位数' },
      }),
      none: field(z.object({ en: sentence, zh: sentence }).default({ en: 'Nothing was found.', zh: '未发现问题。' }), {
        title: { en: 'Without evidence', zh: '没有证据时' },
        field: 'bilingual',
      }),
    })
    .refine((p) => new Set(p.templates.map((template) => template.kind)).size === p.templates.length, {
      path: ['templates'],
      message: 'a kind has two sentences | 有证据类型对应两句模板',
    }),
  carry: 'none',
  badQuality: 'skip',
  input: frame({
    id: text(),
    kind: text(),
    value: number(undefined, { optional: true }),
    unit: text({ optional: true }),
    text: text({ optional: true }),
  }),
  output: { en: text(), zh: text(), cited: text(), unsaid: text(), count: integer() },
  each(row, _s, p) {
    const said = explain(row, p.templates, p.digits, p.none);
    return {
      en: said.en,
      zh: said.zh,
      cited: said.cited.join(','),
      unsaid: said.unsaid.join(','),
      count: said.cited.length,
    };
  },
});
