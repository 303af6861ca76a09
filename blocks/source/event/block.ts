import { defineBlock, field, json, number, text, z } from '#blocks/sdk/index.ts';

export default defineBlock({
  id: 'source.event',
  version: '1.0.0',
  title: { en: 'Event', zh: '事件' },
  summary: {
    en: 'One row for each event that happens: alarms, changes of records, acts of persons, events of machines and other systems.',
    zh: '每发生一个事件输出一行：报警、业务记录变更、人员操作、设备与外部系统事件。',
  },
  words: { en: 'alarm record change audit subscribe message trigger', zh: '报警 记录变更 审计 订阅 消息 触发' },
  icon: 'bolt',
  capabilities: ['tag.read'],
  labels: {
    id: { en: 'Event number', zh: '事件编号' },
    kind: { en: 'Kind', zh: '类别' },
    subject: { en: 'Subject', zh: '主体' },
    asset: { en: 'Asset', zh: '设备' },
    action: { en: 'Action', zh: '动作' },
    state: { en: 'State', zh: '状态' },
    data: { en: 'Data', zh: '数据' },
  },
  params: z.object({
    kinds: field(
      z
        .array(
          z
            .string()
            .regex(
              /^[a-z][a-z0-9._-]*(:[a-z0-9._-]+)?$/,
              'a name in small letters, such as alarm, record:order or cycle | 小写名称，如 alarm、record:order、cycle',
            ),
        )
        .min(1)
        .max(50)
        .default(['alarm']),
      {
        title: { en: 'Kinds', zh: '类别' },
        help: {
          en: 'alarm, audit, record (or record:order, …), and names of events that machines and systems send.',
          zh: 'alarm 报警，audit 审计，record 业务记录（或 record:order 等），以及设备和系统发送的事件名称。',
        },
      },
    ),
    subject: field(z.string().min(1).max(200).default('*'), {
      title: { en: 'Subject', zh: '主体' },
      help: { en: '* stands for any text: C-101/*', zh: '* 代表任意文本，如 C-101/*' },
    }),
    own: field(z.boolean().default(false), {
      title: { en: 'Only about the asset of this app', zh: '仅限本应用所属设备' },
    }),
  }),
  source: { kind: 'event', event: 'kinds' },
  /** `value` is missing where the event has no number. */
  output: {
    id: text(),
    kind: text(),
    subject: text(),
    asset: text(),
    action: text(),
    state: text(),
    value: number(),
    data: json(),
  },
});
