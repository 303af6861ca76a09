import { defineBlock, expression, f64, field, jsonState, number, text, z } from '#blocks/sdk/index.ts';
import { check, type Memory } from './rules.ts';

const name = z.string().min(1).max(80);
const value = expression<number>({ title: { en: 'Value', zh: '数值' } });

export default defineBlock({
  id: 'transform.validate',
  version: '1.0.0',
  title: { en: 'Validate records', zh: '数据校验' },
  summary: {
    en: 'Checks each row against a table of rules; good rows go on, every breach is a finding with rule, value and limit.',
    zh: '按规则表校验每行数据；合格行放行，每项违反给出规则、数值与限值。',
  },
  words: {
    en: 'check rule range order duration reconcile coverage data quality',
    zh: '校验 检查 规则 范围 顺序 时长 对账 完整性 数据质量',
  },
  icon: 'list-check',
  reference: 'ISO 8000-8 (data quality: validity, completeness, consistency)',
  labels: {
    ok: { en: 'Good rows', zh: '合格行' },
    finding: { en: 'Findings', zh: '问题' },
    kind: { en: 'Kind', zh: '类型' },
  },
  params: z.object({
    rules: field(
      z
        .array(
          z.discriminatedUnion('kind', [
            z
              .object({ kind: z.literal('range'), name, value, min: z.number().optional(), max: z.number().optional() })
              .refine((r) => (r.min ?? Number.NEGATIVE_INFINITY) <= (r.max ?? Number.POSITIVE_INFINITY), {
                message: 'the lower limit lies above the upper | 下限大于上限',
              }),
            z.object({ kind: z.literal('order'), name, value, strictly: z.boolean().default(false) }),
            z.object({ kind: z.literal('duration'), name, value, min: z.number().min(0).default(0), max: z.number().positive() }),
            z.object({
              kind: z.literal('reconcile'),
              name,
              left: value,
              right: value,
              tolerance: z.number().min(0).default(0),
              percent: z.number().min(0).default(0),
            }),
            z.object({
              kind: z.literal('coverage'),
              name,
              value,
              window: z.number().positive(),
              every: z.number().positive(),
              least: z.number().gt(0).max(100),
            }),
            z.object({
              kind: z.literal('condition'),
              name,
              holds: expression<boolean>({ title: { en: 'Holds', zh: '须成立' } }),
            }),
          ]),
        )
        .min(1)
        .max(100),
      {
        title: { en: 'Rules', zh: '规则表' },
        help: {
          en: 'range: value, min, max. order: value does not fall. duration: seconds since the row before with a usable value. reconcile: left equals right within tolerance or percent. coverage: usable values in the window against one every so many seconds, in percent. condition: holds.',
          zh: 'range：value 在 min～max 内；order：value 不减；duration：与上一个可用值相隔秒数；reconcile：left 与 right 在容差或百分比内相等；coverage：窗口内可用值个数与应有个数之百分比；condition：条件成立。',
        },
      },
    ),
  }),
  input: {},
  outputs: {
    ok: {},
    finding: { rule: text(), kind: text(), value: number(), limit: number(), reason: text() },
  },
  state: {
    newest: f64(Number.NEGATIVE_INFINITY),
    /** The newest row without a bad value. */
    usable: f64(Number.NEGATIVE_INFINITY),
    memory: jsonState<Memory>({ before: {}, times: {} }),
  },
  each(row, s, p, ctx) {
    if (row.time < s.newest) {
      ctx.late();
      return;
    }
    const findings = check(p.rules, row, row.time, row.quality, s.usable, s.memory);
    s.newest = row.time;
    if (row.quality < 128) s.usable = row.time;
    for (const f of findings)
      ctx.emit({ finding: { rule: f.rule, kind: f.kind, value: f.value, limit: f.limit, reason: f.reason } });
    if (findings.length === 0) ctx.emit({ ok: {} });
  },
});
