import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { trustedAuthority } from '../certificate.ts';
import { HttpClient } from '../http/request.ts';
import { checkAddress } from './address.ts';
import { AgentSession } from './session.ts';

export default defineConnector({
  manifest: {
    id: 'mtconnect',
    version: '1.0.0',
    title: { en: 'MTConnect agent', zh: 'MTConnect 代理' },
    summary: {
      en: 'Takes positions, speeds, states and conditions of machine tools from their MTConnect agent, none lost while its buffer holds them.',
      zh: '从机床的 MTConnect 代理读取位置、转速、状态与报警；只要代理缓冲未溢出就不丢数据。',
    },
    icon: 'tool',
    settings: z.object({
      url: field(z.url({ protocol: /^https?$/, error: 'Write http://… or https://… | 请填写 http://… 或 https://…' }), {
        title: { en: 'Address of the agent', zh: '代理地址' },
        help: {
          en: 'http://machine:5000, with the device’s name to see one device only',
          zh: 'http://机床:5000；加设备名则只看该设备',
        },
      }),
      timeoutMs: field(z.int().min(100).max(60_000).default(5000), {
        title: { en: 'Time limit of a request', zh: '请求时限' },
        unit: 'ms',
      }),
    }),
    secrets: z.object({}),
    address: {
      help: {
        en: 'The id of a data item, as /probe lists it. Conditions are texts (NORMAL, WARNING …, FAULT …); time series are waveforms.',
        zh: '数据项标识（见 /probe）。状态类（Condition）为文本（NORMAL、WARNING …、FAULT …）；时间序列为波形。',
      },
      examples: ['Xact', 'c1_execution', 'S1temp_cond'],
    },
    browsable: true,
    reads: 'device',
    resumes: true,
  },
  checkAddress,
  async open(settings, _secrets, host) {
    const base = new URL(settings.url);
    const secure = base.protocol === 'https:';
    const port = Number(base.port) || (secure ? 443 : 80);
    const ca = secure ? await trustedAuthority({ host: base.hostname, port }, base.host, host) : undefined;
    const client = new HttpClient({ base, timeoutMs: settings.timeoutMs, headers: { accept: 'application/xml' }, ca });
    const session = new AgentSession(client, host);
    try {
      await session.start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  },
});
