import { defineBlock, expression, field, number, same, text, z } from '#blocks/sdk/index.ts';

/** Quality codes from here on are bad. */
const BAD = 0x80;

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
  params: z
    .object({
      condition: expression<boolean>({
        title: { en: 'Holds while (over a, b, c)', zh: '成立条件（关于 a、b、c）' },
        help: { en: 'Tags wired straight to a, b and c.', zh: 'a、b、c 须直接连接测点。' },
      }),
      low: field(z.number().optional(), { title: { en: 'Lowest command', zh: '指令下限' } }),
      high: field(z.number().optional(), { title: { en: 'Highest command', zh: '指令上限' } }),
      maxAge: field(z.number().positive().default(30), {
        title: { en: 'Oldest condition value used', zh: '条件值最大时效' },
        unit: 's',
      }),
    })
    .refine((p) => p.low === undefined || p.high === undefined || p.low <= p.high, {
      message: 'the lowest command is above the highest',
      path: ['low'],
    }),
  carry: 'none',
  /** A command or condition value that is bad, stale or missing is refused aloud. */
  badQuality: 'propagate',
  inputs: { command: { value: number() }, a: { value: number() }, b: { value: number() }, c: { value: number() } },
  optionalInputs: ['b', 'c'],
  combine: 'latest',
  firesOn: 'command',
  guards: 'condition',
  outputs: { out: { value: number(same('command.value')) }, refused: { value: number(same('command.value')), reason: text() } },
  each(row, _s, p) {
    const value = row.command.value;
    if (row.quality >= BAD) return { refused: { value, reason: 'quality' } };
    if (!p.condition(row)) return { refused: { value, reason: 'condition' } };
    if (p.low !== undefined && value < p.low) return { refused: { value, reason: 'low' } };
    if (p.high !== undefined && value > p.high) return { refused: { value, reason: 'high' } };
    return { out: { value } };
  },
});
