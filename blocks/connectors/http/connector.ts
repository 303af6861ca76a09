import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { trustedAuthority } from '../certificate.ts';
import { checkAddress } from './address.ts';
import { HttpClient } from './request.ts';
import { HttpSession } from './session.ts';

const settings = z.object({
  url: field(
    z.url({ protocol: /^https?$/, error: 'Write http://… or https://… | 请填写 http://… 或 https://…' }).refine(
      (url) => {
        const parsed = URL.parse(url);
        return parsed !== null && !parsed.username && !parsed.password && !parsed.search && !parsed.hash;
      },
      {
        message:
          'Leave out user, query and fragment; they have fields of their own | 请勿包含用户、查询参数与片段，它们有各自的字段',
      },
    ),
    {
      title: { en: 'Base address', zh: '基地址' },
      help: { en: 'All paths are below it: https://mes.local/api', zh: '所有路径都位于其下：https://mes.local/api' },
    },
  ),
  timeoutMs: field(z.int().min(100).max(60_000).default(5000), {
    title: { en: 'Time limit of a request', zh: '请求时限' },
    unit: 'ms',
  }),
  sign: field(z.enum(['none', 'basic', 'bearer', 'header']).default('none'), {
    title: { en: 'Sign-in', zh: '认证方式' },
    options: {
      none: { en: 'None', zh: '无' },
      basic: { en: 'User name and password', zh: '用户名和密码' },
      bearer: { en: 'Bearer token', zh: 'Bearer 令牌' },
      header: { en: 'Key in a header', zh: '请求头密钥' },
    },
  }),
  username: field(z.string().max(255).default(''), { title: { en: 'User name', zh: '用户名' } }),
  header: field(
    z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/)
      .default('X-Api-Key'),
    {
      title: { en: 'Name of the header', zh: '请求头名称' },
    },
  ),
  explore: field(z.string().max(1024).default('/'), {
    title: { en: 'Path to explore', zh: '浏览路径' },
    help: { en: 'Browsing shows the fields of this document.', zh: '浏览时显示该文档的字段。' },
  }),
});
const secrets = z.object({
  secret: field(z.string().max(4000).default(''), { title: { en: 'Password, token or key', zh: '密码、令牌或密钥' } }),
});

export default defineConnector({
  manifest: {
    id: 'http',
    version: '1.0.0',
    title: { en: 'HTTP (JSON)', zh: 'HTTP（JSON）' },
    summary: {
      en: 'Asks web services of machines and systems for JSON at the period of each tag, and sends setpoints.',
      zh: '按各测点的周期轮询设备或系统的 Web 服务（JSON），并可下发设定值。',
    },
    icon: 'world-download',
    settings,
    secrets,
    address: {
      help: {
        en: '/path#field@time: the field of the JSON answer (a.b[0]); @ names the field with the event time (ISO or epoch). For writing add >PUT /path#field.',
        zh: '/路径#字段@时间：字段为应答 JSON 中的路径（a.b[0]）；@ 后为事件时间字段（ISO 或纪元）。需要写入时加 >PUT /路径#字段。',
      },
      examples: ['/api/press#data.force@ts', '/meters/1?fields=kw#kw', '/api/press#sp>PUT /api/press/setpoint#sp'],
    },
    browsable: true,
    reads: 'device',
    resumes: false,
  },
  checkAddress,
  async open(settings, { secret }, host) {
    const base = new URL(settings.url);
    const secure = base.protocol === 'https:';
    const port = Number(base.port) || (secure ? 443 : 80);
    const ca = secure
      ? await trustedAuthority({ host: base.hostname.replace(/^\[|\]$/g, ''), port }, base.host, host)
      : undefined;
    const headers: Record<string, string> = {};
    if (settings.sign === 'basic')
      headers.authorization = `Basic ${Buffer.from(`${settings.username}:${secret}`).toString('base64')}`;
    if (settings.sign === 'bearer') headers.authorization = `Bearer ${secret}`;
    if (settings.sign === 'header') headers[settings.header.toLowerCase()] = secret;
    const client = new HttpClient({ base, timeoutMs: settings.timeoutMs, headers, ca });
    const session = new HttpSession(client, host, settings.explore);
    try {
      await session.start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  },
});
