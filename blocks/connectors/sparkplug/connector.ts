import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { BrokerClient } from '../mqtt/client.ts';
import { brokerOptions, brokerSecrets, brokerSettings } from '../mqtt/settings.ts';
import { checkAddress } from './address.ts';
import { NAMESPACE, SparkplugSession } from './session.ts';

const id = z
  .string()
  .max(128)
  .regex(/^[^+#/]*$/);
const settings = z.object({
  ...brokerSettings,
  group: field(id.default(''), {
    title: { en: 'Group id', zh: '组标识' },
    help: { en: 'Empty: all groups that this user may see.', zh: '留空为该用户可见的全部组。' },
  }),
  hostId: field(id.default(''), {
    title: { en: 'Host application id', zh: '主机应用标识' },
    help: {
      en: 'Edge nodes that wait for this primary host send only while it is online. Empty: do not announce.',
      zh: '等待该主机的边缘节点仅在其在线时发送。留空则不发布状态。',
    },
  }),
});

export default defineConnector({
  manifest: {
    id: 'sparkplug',
    version: '1.0.0',
    title: { en: 'Sparkplug B', zh: 'Sparkplug B' },
    summary: {
      en: 'Host application for edge nodes and devices that describe themselves over MQTT.',
      zh: '面向通过 MQTT 自描述的边缘节点与设备的主机应用。',
    },
    icon: 'sparkles',
    settings,
    secrets: brokerSecrets,
    address: {
      help: {
        en: 'group/node/device#metric; leave the device out for metrics of the edge node. Metric names may hold slashes.',
        zh: '组/节点/设备#度量；边缘节点自身的度量省略设备。度量名可含斜杠。',
      },
      examples: ['Plant A/Edge 1/Pump 3#Motor/Speed', 'Plant A/Edge 1#Cabinet temperature'],
    },
    browsable: true,
    reads: 'newest',
    resumes: false,
  },
  checkAddress,
  async open(settings, secrets, host) {
    const state = settings.hostId === '' ? undefined : { topic: `${NAMESPACE}/STATE/${settings.hostId}`, since: Date.now() };
    const options = {
      ...brokerOptions(settings, secrets, host),
      persistent: false, // a host application starts clean (3.0.0, 5.1)
      ...(state
        ? {
            will: {
              topic: state.topic,
              payload: Buffer.from(JSON.stringify({ online: false, timestamp: state.since })),
              retain: true,
            },
          }
        : {}),
    };
    const client = await BrokerClient.connect(options, host);
    const session = new SparkplugSession(options, client, host, settings.group, state);
    try {
      await session.start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  },
});
