import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { offsetMinutesOf, utcOffset } from '../utc-offset.ts';
import { checkAddress } from './address.ts';
import { BrokerClient } from './client.ts';
import { MqttSession } from './session.ts';
import { brokerOptions, brokerSecrets, brokerSettings } from './settings.ts';
import { parseTemplates } from './template.ts';

const settings = z.object({
  ...brokerSettings,
  templates: field(z.string().max(100_000).default(''), {
    title: { en: 'Templates', zh: '消息模板' },
    help: {
      en: 'How messages of many alike devices are read: template name, topic plant/{line}/{machine}/data, then list, signal, value, time, unit, quality, tag, write, ack (see the documentation).',
      zh: '同类设备消息的统一读法：template 名称、topic plant/{line}/{machine}/data，再写 list、signal、value、time、unit、quality、tag、write、ack（详见文档）。',
    },
    field: 'text-area',
  }),
  offset: utcOffset,
  qos: field(z.enum(['0', '1']).default('1'), {
    title: { en: 'Quality of service', zh: '服务质量（QoS）' },
    options: {
      '0': { en: '0: what is lost on the way is lost', zh: '0：途中丢失即丢失' },
      '1': { en: '1: acknowledged when logged', zh: '1：写入日志后确认' },
    },
  }),
  commandQos: field(z.enum(['0', '1', '2']).default('1'), { title: { en: 'Quality of service of commands', zh: '命令的 QoS' } }),
  root: field(z.string().max(255).default(''), {
    title: { en: 'Topics below', zh: '主题前缀' },
    help: { en: 'Where browsing starts; empty for all that this user may see.', zh: '浏览的起点；留空为该用户可见的全部主题。' },
  }),
});

export default defineConnector({
  manifest: {
    id: 'mqtt',
    version: '1.1.0',
    title: { en: 'MQTT (JSON)', zh: 'MQTT（JSON）' },
    summary: {
      en: 'Takes values and waveforms from the messages of devices and gateways, and publishes commands.',
      zh: '从设备与网关的消息中取得数值与波形，并可发布控制命令。',
    },
    icon: 'broadcast',
    settings,
    secrets: brokerSecrets,
    address: {
      help: {
        en: 'topic#field@time: the field of the JSON payload (a.b[0]); @ names the field with the event time (ISO or epoch). For writing add >command/topic#field. A waveform needs the topic alone. {template}values#signal for a signal of a template.',
        zh: '主题#字段@时间：字段为 JSON 中的路径（a.b[0]）；@ 后为事件时间字段（ISO 或纪元）。需要写入时加 >命令主题#字段。波形只写主题。模板信号写作 {模板}变量值#信号。',
      },
      examples: [
        'plant/a/pump#data.pressure@ts',
        'plant/a/valve#sp>plant/a/valve/set#sp',
        'plant/a/pump/vibration',
        '{press}L1/M3#temperature (°C)',
      ],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
  },
  checkAddress,
  async open(settings, secrets, host) {
    const rules = {
      templates: parseTemplates(settings.templates),
      offsetMinutes: offsetMinutesOf(settings.offset),
      commandQos: Number(settings.commandQos) as 0 | 1 | 2,
      root: settings.root.replace(/\/$/, ''),
    };
    const options = { ...brokerOptions(settings, secrets, host), qos: Number(settings.qos) as 0 | 1 };
    return new MqttSession(options, await BrokerClient.connect(options, host), host, rules);
  },
});
