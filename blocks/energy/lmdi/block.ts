import { defineBlock, field, frame, number, same, text, z } from '#blocks/sdk/index.ts';
import { decompose } from './decompose.ts';

export default defineBlock({
  id: 'energy.lmdi',
  version: '1.0.0',
  title: { en: 'Decomposition of a change (LMDI)', zh: '变化分解（LMDI）' },
  summary: {
    en: 'Splits the change of energy or emission between two periods exactly into activity, structure and intensity.',
    zh: '把两个时期的能耗或排放变化无残差地分解为规模、结构和强度效应。',
  },
  words: {
    en: 'index decomposition divisia activity structure intensity contribution',
    zh: '指数分解 迪氏 规模效应 结构效应 强度效应 贡献',
  },
  icon: 'chart-bar-popular',
  reference: 'Ang 2005, Energy Policy 33, The LMDI approach to decomposition analysis; Ang & Liu 2007 (zero values)',
  params: z.object({
    levels: field(z.enum(['one', 'two']).default('one'), {
      title: { en: 'Structure', zh: '结构层次' },
      options: {
        one: { en: 'of the branches', zh: '各分项' },
        two: { en: 'of the groups, and mix of branches within each', zh: '各组，及组内分项' },
      },
      help: { en: 'Two levels need a column group.', zh: '两层结构需要 group 列。' },
    }),
  }),
  labels: {
    branches: { en: 'Effects by branch', zh: '各分项效应' },
    group: { en: 'Group', zh: '组' },
    activity0: { en: 'Activity, first period', zh: '基期活动量' },
    activity1: { en: 'Activity, second period', zh: '报告期活动量' },
    energy0: { en: 'Energy, first period', zh: '基期能耗' },
    energy1: { en: 'Energy, second period', zh: '报告期能耗' },
    name: { en: 'Name', zh: '名称' },
    factor: { en: 'Factor', zh: '乘法效应' },
    activity: { en: 'Activity effect', zh: '规模效应' },
    structure: { en: 'Structure effect', zh: '结构效应' },
    mix: { en: 'Mix within groups', zh: '组内结构效应' },
    intensity: { en: 'Intensity effect', zh: '强度效应' },
  },
  carry: 'none',
  badQuality: 'skip',
  input: frame({
    name: text(),
    activity0: number(),
    activity1: number(same('activity0')),
    energy0: number(),
    energy1: number(same('energy0')),
    group: text({ optional: true }),
  }),
  outputs: {
    out: frame({ name: text(), value: number(same('energy0')), factor: number('1') }),
    branches: frame({
      name: text(),
      activity: number(same('energy0')),
      structure: number(same('energy0')),
      mix: number(same('energy0')),
      intensity: number(same('energy0')),
    }),
  },
  each(row, _s, p) {
    if (p.levels === 'two' && row.group === undefined) throw new RangeError('two levels need a column group, the table has none');
    const d = decompose({
      name: row.name,
      group: p.levels === 'two' ? row.group : undefined,
      activity0: row.activity0,
      activity1: row.activity1,
      energy0: row.energy0,
      energy1: row.energy1,
    });
    const last = p.levels === 'two' ? 3 : 2;
    return {
      out: { name: d.effects.map((e) => e.name), value: d.effects.map((e) => e.value), factor: d.effects.map((e) => e.factor) },
      branches: {
        name: row.name,
        activity: d.branches.map((b) => b[0] as number),
        structure: d.branches.map((b) => b[1] as number),
        mix: d.branches.map((b) => (p.levels === 'two' ? (b[2] as number) : 0)),
        intensity: d.branches.map((b) => b[last] as number),
      },
    };
  },
});
