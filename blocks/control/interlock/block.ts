import { defineBlock, expression, field, number, same, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'control.interlock',
  version: '1.0.0',
  title: { en: 'Interlock', zh: '联锁' },
  summary: {
    en: 'Lets a command pass only while its condition holds; the gateway checks the condition again with fresh values before it writes.',
    zh: '仅在条件成立时放行指令；网关写入前会用最新值再次检查该条件。',
  },
  words: { en: 'guard permissive safety condition command', zh: '许可 安全 条件 指令 保护' },
  icon: 'shield-check',
  capabilities: ['tag.read'],
  reference: 'IEC 62443 least authority; interlock and permissive of ISA-5.1 / ISA-88 practice',
  params: z.object({
    condition: expression<boolean>({
      title: { en: 'Holds while (over command, a, b, c)', zh: '成立条件（关于 command、a、b、c）' },
    }),
    maxAge: field(z.number().positive().default(30), {
      title: { en: 'Oldest condition value used', zh: '条件值最大时效' },
      unit: 's',
    }),
  }),
  carry: 'none',
  badQuality: 'skip',
  inputs: { command: { value: number() }, a: { value: number() }, b: { value: number() }, c: { value: number() } },
  optionalInputs: ['b', 'c'],
  combine: 'latest',
  firesOn: 'command',
  guards: 'condition',
  output: { value: number(same('command.value')) },
  each: (row, _s, p) => (p.condition(row) ? { value: row.command.value } : undefined),
});
