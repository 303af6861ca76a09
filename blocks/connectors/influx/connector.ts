import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { PushSession } from '../inbound/push-session.ts';
import { checkAddress } from './address.ts';
import { InfluxProtocol } from './protocol.ts';

export default defineConnector({
  manifest: {
    id: 'influx',
    version: '1.0.0',
    title: { en: 'InfluxDB line protocol', zh: 'InfluxDB 行协议' },
    summary: {
      en: 'Takes what Telegraf and other senders write to an InfluxDB: point them at this connection instead.',
      zh: '接收 Telegraf 等程序写入 InfluxDB 的数据：将其输出地址指向本连接即可。',
    },
    icon: 'database-import',
    settings: z.object({}),
    secrets: z.object({
      token: field(z.string().min(16).max(1000), {
        title: { en: 'Token that senders use', zh: '发送端使用的令牌' },
        help: { en: 'At least 16 letters.', zh: '至少 16 个字符。' },
      }),
    }),
    address: {
      help: {
        en: 'measurement,tag=value#field: lines of this measurement that have at least these tags.',
        zh: 'measurement,标签=值#字段：匹配该 measurement 且至少包含这些标签的行。',
      },
      examples: ['press,line=2#force', 'cpu,cpu=cpu-total#usage_idle'],
    },
    browsable: true,
    reads: 'newest',
    resumes: false,
    listens: true,
  },
  checkAddress,
  open: async (_settings, { token }, host) => new PushSession(new InfluxProtocol(token, host), host),
});
