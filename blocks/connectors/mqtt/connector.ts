import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { checkAddress } from './address.ts';
import { BrokerClient } from './client.ts';
import { MqttSession } from './session.ts';
import { brokerOptions, brokerSecrets, brokerSettings } from './settings.ts';

const settings = z.object({
  ...brokerSettings,
  root: field(z.string().max(255).default(''), {
    title: { en: 'Topics below', zh: '主题前缀' },
    help: { en: 'Where browsing starts; empty for all that this user may see.', zh: '浏览的起点；留空为该用户可见的全部主题。' },
  }),
});

export default defineConnector({
  manifest: {
    id: 'mqtt',
    version: '1.0.0',
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
        en: 'topic#field@time: the field of the JSON payload (a.b[0]); @ names the field with the event time (ISO or epoch). For writing add >command/topic#field. A waveform needs the topic alone.',
        zh: '主题#字段@时间：字段为 JSON 中的路径（a.b[0]）；@ 后为事件时间字段（ISO 或纪元）。需要写入时加 >命令主题#字段。波形只写主题。',
      },
      examples: ['plant/a/pump#data.pressure@ts', 'plant/a/valve#sp>plant/a/valve/set#sp', 'plant/a/pump/vibration'],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
  },
  checkAddress,
  async open(settings, secrets, host) {
    const options = brokerOptions(settings, secrets, host);
    return new MqttSession(options, await BrokerClient.connect(options, host), host, settings.root.replace(/\/$/, ''));
  },
});
