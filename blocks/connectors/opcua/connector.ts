import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { checkAddress } from './address.ts';
import { openSession } from './open.ts';
import { OpcuaSession } from './session.ts';

const settings = z.object({
  endpoint: field(z.string().regex(/^opc\.tcp:\/\/[^\s/:]+:\d+(\/\S*)?$/, 'opc.tcp://host:port/path'), {
    title: { en: 'Endpoint', zh: '端点' },
    help: { en: 'opc.tcp://host:port, with a path where the server has one', zh: 'opc.tcp://主机:端口，必要时加路径' },
  }),
  security: field(z.enum(['none', 'sign', 'encrypt']).default('encrypt'), {
    title: { en: 'Security', zh: '安全模式' },
    options: {
      none: { en: 'None', zh: '无' },
      sign: { en: 'Basic256Sha256, signed', zh: 'Basic256Sha256，签名' },
      encrypt: { en: 'Basic256Sha256, signed and encrypted', zh: 'Basic256Sha256，签名并加密' },
    },
  }),
  username: field(z.string().max(255).default(''), {
    title: { en: 'User name', zh: '用户名' },
    help: { en: 'Empty: anonymous', zh: '留空为匿名' },
  }),
});

export default defineConnector({
  manifest: {
    id: 'opcua',
    version: '1.0.0',
    title: { en: 'OPC UA', zh: 'OPC UA' },
    summary: {
      en: 'Subscribes to variables of machines, PLCs and SCADA systems, with browsing, encryption and writes.',
      zh: '订阅机床、PLC 与 SCADA 的变量，支持浏览、加密与写入。',
    },
    icon: 'topology-star-3',
    settings,
    secrets: z.object({ password: field(z.string().max(1000).default(''), { title: { en: 'Password', zh: '密码' } }) }),
    address: {
      help: {
        en: 'NodeId of a variable. With nsu= the namespace is named by its URI and survives a renumbering at the server.',
        zh: '变量的 NodeId。用 nsu= 以 URI 指定命名空间，服务器重新编号后仍有效。',
      },
      examples: ['ns=2;s=Air.Pressure', 'ns=3;i=1001', 'nsu=http://maker.example/UA;s=Speed'],
    },
    browsable: true,
    reads: 'device',
    resumes: true,
  },
  checkAddress,
  async open(settings, secrets, host) {
    const options = { ...settings, password: secrets.password };
    return new OpcuaSession(options, await openSession(options, host), host);
  },
});
