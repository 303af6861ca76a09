import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { PushSession } from '../inbound/push-session.ts';
import { checkAddress } from './address.ts';
import { WebhookProtocol } from './protocol.ts';

export default defineConnector({
  manifest: {
    id: 'webhook',
    version: '1.0.0',
    title: { en: 'Webhook (JSON in)', zh: 'Webhook（接收 JSON）' },
    summary: {
      en: 'Takes the JSON that cloud services, MES and gateways send by themselves.',
      zh: '接收云服务、MES、网关等主动推送的 JSON。',
    },
    icon: 'webhook',
    settings: z.object({
      sign: field(z.enum(['token', 'signature']).default('token'), {
        title: { en: 'Sign-in of the sender', zh: '发送端认证方式' },
        options: {
          token: { en: 'Token (Bearer, or ?token=)', zh: '令牌（Bearer 或 ?token=）' },
          signature: { en: 'Signature of the body (HMAC-SHA-256)', zh: '报文签名（HMAC-SHA-256）' },
        },
      }),
      header: field(
        z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/)
          .default('X-Hub-Signature-256'),
        { title: { en: 'Header with the signature', zh: '签名所在请求头' } },
      ),
    }),
    secrets: z.object({
      secret: field(z.string().min(16).max(1000), {
        title: { en: 'Token or key of the signature', zh: '令牌或签名密钥' },
        help: { en: 'At least 16 letters.', zh: '至少 16 个字符。' },
      }),
    }),
    address: {
      help: {
        en: '/path#field@time: JSON that came to this path below the connection’s address; @ names the field with the event time.',
        zh: '/路径#字段@时间：发送到本连接地址下该路径的 JSON；@ 后为事件时间字段。',
      },
      examples: ['/orders#data.quantity@ts', '/press#force'],
    },
    browsable: true,
    reads: 'newest',
    resumes: false,
    listens: true,
  },
  checkAddress,
  open: async ({ sign, header }, { secret }, host) =>
    new PushSession(new WebhookProtocol({ secret, ...(sign === 'signature' ? { signature: header } : {}) }, host), host),
});
