import { columnsFromRole, defineBlock, role, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'source.tag',
  version: '1.0.0',
  title: { en: 'Tag', zh: '测点' },
  summary: {
    en: 'Values of the tag that an installation binds to this role, converted to the unit of the role.',
    zh: '安装时绑定到该角色的测点数值，已换算为角色单位。',
  },
  words: { en: 'input signal sensor measurement variable', zh: '输入 信号 传感器 测量 变量 位号' },
  icon: 'database-import',
  capabilities: ['tag.read'],
  params: z.object({ role: role({ title: { en: 'Tag role', zh: '测点角色' } }) }),
  source: { kind: 'tag', role: 'role' },
  output: columnsFromRole('role'),
});
