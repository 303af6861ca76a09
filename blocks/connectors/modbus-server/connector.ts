import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { pointsField } from '../published/points.ts';
import { noTags, writesField } from '../published/session.ts';
import { ModbusServerSession } from './session.ts';

const settings = z.object({
  host: field(
    z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
      .default('127.0.0.1'),
    {
      title: { en: 'Listens at', zh: '监听地址' },
      help: {
        en: '127.0.0.1 serves this machine alone; 0.0.0.0 every network of it. Modbus knows no sign-in: whoever reaches it can read.',
        zh: '127.0.0.1 仅供本机访问；0.0.0.0 对本机所有网络开放。Modbus 没有登录机制，能连上者均可读取。',
      },
    },
  ),
  port: field(z.int().min(1).max(65_535).default(502), { title: { en: 'Port', zh: '端口' } }),
  framing: field(z.enum(['tcp', 'rtu']).default('tcp'), {
    title: { en: 'Frames', zh: '报文格式' },
    options: { tcp: { en: 'Modbus TCP', zh: 'Modbus TCP' }, rtu: { en: 'Modbus RTU over TCP', zh: 'Modbus RTU over TCP' } },
  }),
  points: pointsField('1/holding/0:float32 = Air.Pressure'),
  bad: field(z.enum(['exception', 'last']).default('exception'), {
    title: { en: 'A value that is bad', zh: '数值质量不良时' },
    options: {
      exception: { en: 'Answer with exception 4', zh: '返回异常码 4' },
      last: { en: 'Show the last good one', zh: '显示上一个良好值' },
    },
  }),
  maxAgeS: field(z.int().min(0).max(86_400).default(0), {
    title: { en: 'Bad when older than', zh: '超过此时长视为不良' },
    help: { en: '0: at any age', zh: '0 表示不限' },
    unit: 's',
  }),
  writes: writesField,
  writers: field(z.string().max(10_000).default(''), {
    title: { en: 'Masters that may write', zh: '允许写入的主站' },
    help: {
      en: 'Addresses or networks, one a line: 192.168.1.20, 10.0.0.0/24. Empty: none.',
      zh: '每行一个地址或网段：192.168.1.20、10.0.0.0/24；留空则均不可写。',
    },
    field: 'text-area',
  }),
});
export type ServerSettings = z.output<typeof settings>;

export default defineConnector({
  manifest: {
    id: 'modbus-server',
    version: '1.0.0',
    title: { en: 'Modbus server', zh: 'Modbus 服务器' },
    summary: {
      en: 'Shows tags and what apps compute as registers to PLCs, panels and SCADA.',
      zh: '将变量和应用计算结果以寄存器形式提供给 PLC、触摸屏和 SCADA。',
    },
    icon: 'server-2',
    settings,
    secrets: z.object({}),
    address: {
      help: {
        en: 'A server has no tags of its own: what it shows stands in its settings.',
        zh: '服务器没有自己的测点；发布内容在设置中填写。',
      },
      examples: [],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
    publishes: true,
  },
  checkAddress: (text) => ({ ok: false, code: 'published.no-tags', message: noTags(text) }),
  open: (settings, _secrets, host) => ModbusServerSession.open(settings, host),
});
