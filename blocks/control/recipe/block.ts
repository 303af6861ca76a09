import { boolean, columnsFrom, defineBlock, field, i32, jsonState, role, text, unit, z } from '#blocks/sdk/index.ts';
import { fault, valuesOf } from './formula.ts';

/** Quality codes from here on are bad. */
const BAD = 0x80;

export default defineBlock({
  id: 'control.recipe',
  version: '1.0.0',
  title: { en: 'Recipe download', zh: '配方下载' },
  summary: {
    en: 'Downloads the parameters of a recipe as one act: all checked before the first is written, all read back, and the former set put back when one fails.',
    zh: '把配方参数作为一个整体下载：写入前全部校验，写入后全部回读，任一失败即恢复原参数组。',
  },
  words: { en: 'control recipe formula parameter set changeover batch', zh: '控制配方 参数组 换型 批次' },
  icon: 'flask-2',
  capabilities: ['tag.write'],
  reference: 'ANSI/ISA-88.00.01 (control recipe, formula)',
  labels: {
    recipe: { en: 'Recipe', zh: '配方' },
    version: { en: 'Version', zh: '版本' },
    hash: { en: 'Fingerprint of the set', zh: '参数组指纹' },
  },
  params: z.object({
    parameters: field(
      z
        .array(
          z
            .object({
              name: field(z.string().regex(/^[a-z][a-zA-Z0-9_]*$/), { title: { en: 'Column', zh: '列' } }),
              role: role({ title: { en: 'Tag role', zh: '测点角色' } }),
              unit: unit({ title: { en: 'Unit', zh: '单位' } }).optional(),
              low: field(z.number().optional(), { title: { en: 'Lowest', zh: '下限' } }),
              high: field(z.number().optional(), { title: { en: 'Highest', zh: '上限' } }),
              tolerance: field(z.number().min(0).default(0.001), { title: { en: 'Read-back tolerance', zh: '回读容差' } }),
            })
            .refine((one) => one.low === undefined || one.high === undefined || one.low <= one.high, {
              message: 'the lowest value is above the highest | 下限大于上限',
              path: ['low'],
            }),
        )
        .min(1)
        .max(200)
        .refine((list) => new Set(list.map((one) => one.name)).size === list.length, {
          message: 'a column is named twice | 有列名重复',
        })
        .refine((list) => new Set(list.map((one) => one.role)).size === list.length, {
          message: 'a role is named twice | 有角色重复',
        }),
      { title: { en: 'Parameters', zh: '参数' } },
    ),
    deadline: field(z.number().positive().max(3_600).default(60), {
      title: { en: 'Deadline', zh: '时限' },
      unit: 's',
      help: {
        en: 'Half of it is kept for putting the former set back.',
        zh: '其中一半时间保留用于恢复原参数组。',
      },
    }),
  }),
  carry: 'none',
  /** A set with one bad value is refused aloud, as a whole. */
  badQuality: 'propagate',
  input: columnsFrom('parameters', { recipe: text(), version: text({ optional: true }) }),
  output: { recipe: text(), version: text(), ok: boolean(), hash: text(), reason: text() },
  state: { open: i32(), asked: jsonState<{ recipe: string; version: string }>({ recipe: '', version: '' }) },
  each(row, s, p, ctx) {
    const recipe = String(row.recipe);
    const version = String(row.version ?? '');
    const values = valuesOf(row, p.parameters);
    const wrong = s.open === 1 ? 'busy' : row.quality >= BAD ? 'quality' : fault(values, p.parameters);
    if (wrong !== '') return { recipe, version, ok: false, hash: '', reason: wrong };
    s.open = 1;
    s.asked = { recipe, version };
    ctx.effect('recipe.download', { recipe, version, values, deadline: p.deadline });
  },
  onResult(answer, s) {
    const told = answer.value as { hash?: string } | undefined;
    s.open = 0;
    return {
      recipe: s.asked.recipe,
      version: s.asked.version,
      ok: answer.ok,
      hash: told?.hash ?? '',
      reason: answer.ok ? '' : (answer.reason ?? ''),
    };
  },
});
