import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { BrokerClient } from '../mqtt/client.ts';
import { brokerOptions, brokerSecrets, brokerSettings } from '../mqtt/settings.ts';
import { parsePoints, pointsField } from '../published/points.ts';
import { noTags, writesField } from '../published/session.ts';
import { NAMESPACE } from '../sparkplug/session.ts';
import { parsePoint } from './address.ts';
import { deathOf, SparkplugNodeSession } from './session.ts';

const id = z
  .string()
  .max(128)
  .regex(/^[^+#/]*$/);
const name = id.min(1);

const settings = z.object({
  ...brokerSettings,
  group: field(name, { title: { en: 'Group id', zh: '组标识' } }),
  node: field(name, { title: { en: 'Edge node id', zh: '边缘节点标识' } }),
  primaryHost: field(id.default(''), {
    title: { en: 'Primary host application', zh: '主要主机应用' },
    help: {
      en: 'The node speaks only while this host is online. Empty: always.',
      zh: '仅在该主机在线时发送；留空则始终发送。',
    },
  }),
  points: pointsField('Press 3#Motor/Speed = Speed'),
  writes: writesField,
});

export default defineConnector({
  manifest: {
    id: 'sparkplug-node',
    version: '1.0.0',
    title: { en: 'Sparkplug B edge node', zh: 'Sparkplug B 边缘节点' },
    summary: {
      en: 'Shows tags and what apps compute as an edge node with devices that describe themselves over MQTT.',
      zh: '将变量和应用计算结果作为自描述的边缘节点及设备通过 MQTT 发布。',
    },
    icon: 'sparkles',
    settings,
    secrets: brokerSecrets,
    address: {
      help: {
        en: 'An edge node has no tags of its own: what it shows stands in its settings.',
        zh: '边缘节点没有自己的测点；发布内容在设置中填写。',
      },
      examples: [],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
    publishes: true,
  },
  checkAddress: (text) => ({ ok: false, code: 'published.no-tags', message: noTags(text) }),
  async open(settings, secrets, host) {
    const points = parsePoints(settings.points, parsePoint);
    const { group, node, primaryHost } = settings;
    // one more with every connection, 0 to 255 (tck-id-payloads-ndeath-bdseq): kept over restarts and moves
    const kept = (await host.kept()) as { readonly bdSeq?: unknown } | null | undefined;
    const bdSeq = typeof kept?.bdSeq === 'number' ? (kept.bdSeq + 1) % 256 : 0;
    await host.keep({ bdSeq });
    const options = {
      ...brokerOptions(settings, secrets, host),
      persistent: false, // an edge node starts clean
      will: { topic: `${NAMESPACE}/${group}/NDEATH/${node}`, payload: deathOf(bdSeq), retain: false },
    };
    const client = await BrokerClient.connect(options, host);
    const session = new SparkplugNodeSession(options, client, host, { group, node, primaryHost, bdSeq }, points, settings.writes);
    try {
      await session.start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  },
});
