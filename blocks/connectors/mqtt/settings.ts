import type { ConnectorHost } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import type { BrokerOptions } from './client.ts';

/** What every connector on top of MQTT asks for. */
export const brokerSettings = {
  host: field(z.string().min(1).max(255), { title: { en: 'Broker address', zh: '代理地址' } }),
  port: field(z.int().min(1).max(65_535).default(1883), { title: { en: 'Port', zh: '端口' } }),
  tls: field(z.boolean().default(false), { title: { en: 'Encrypted (TLS)', zh: '加密（TLS）' } }),
  version: field(z.enum(['3.1.1', '5']).default('3.1.1'), { title: { en: 'MQTT version', zh: 'MQTT 版本' } }),
  username: field(z.string().max(255).default(''), { title: { en: 'User name', zh: '用户名' } }),
  clientId: field(z.string().max(64).default(''), {
    title: { en: 'Client id', zh: '客户端标识' },
    help: { en: 'Empty: made from the connection, the same every time.', zh: '留空则由连接生成且保持不变。' },
  }),
  ca: field(z.string().max(20_000).default(''), {
    title: { en: 'Certificate authority (PEM)', zh: 'CA 证书（PEM）' },
    help: {
      en: 'Who vouches for the broker. Empty: a person decides about its certificate.',
      zh: '为代理签发证书的 CA；留空则由人工确认其证书。',
    },
    field: 'text-area',
  }),
  certificate: field(z.string().max(20_000).default(''), {
    title: { en: 'Own certificate (PEM)', zh: '客户端证书（PEM）' },
    help: { en: 'Where the broker asks for one; its key stands among the secrets.', zh: '代理要求时填写；私钥填在机密信息中。' },
    field: 'text-area',
  }),
};
export const brokerSecrets = z.object({
  password: field(z.string().max(1000).default(''), { title: { en: 'Password', zh: '密码' } }),
  key: field(z.string().max(20_000).default(''), {
    title: { en: 'Key of the own certificate (PEM)', zh: '客户端证书私钥（PEM）' },
  }),
});
const shape = z.object(brokerSettings);

export function brokerOptions(
  settings: z.output<typeof shape>,
  secrets: z.output<typeof brokerSecrets>,
  host: Pick<ConnectorHost, 'connectionId'>,
): BrokerOptions {
  const { host: name, port, tls, version, username } = settings;
  return {
    host: name,
    port,
    tls,
    version,
    clientId: settings.clientId || `mw-${host.connectionId.replaceAll('-', '').slice(-20)}`, // MQTT 3.1.1 promises only 23 letters
    persistent: true,
    ...(username ? { username } : {}),
    ...(secrets.password ? { password: secrets.password } : {}),
    ...(settings.ca ? { ca: settings.ca } : {}),
    ...(settings.certificate ? { certificate: settings.certificate } : {}),
    ...(secrets.key ? { key: secrets.key } : {}),
  };
}
