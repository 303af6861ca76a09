import { topicRefused } from '#blocks/sdk/connection-words.ts';
import { type BrowseNode, ConnectorError, type ConnectorHost } from '#blocks/sdk/connector.ts';
import { fieldNodes } from '../payload/fields.ts';
import { BrokerClient, type BrokerOptions } from './client.ts';

/** MQTT has no directory: what is retained or sent while we listen is what there is to see. */
const LISTEN_MS = 2500;
const MOST_TOPICS = 5000;

/**
 * What stands below a path: topic levels (`plant/a`), then the fields of a topic's JSON (`plant/a/pump#data`). `root` is the topic
 * prefix that this user may see.
 */
export async function listTopics(
  options: BrokerOptions,
  host: Pick<ConnectorHost, 'certificate'>,
  root: string,
  path: string,
): Promise<BrowseNode[]> {
  const [topicPath = ''] = path.split('#');
  const base = topicPath || root;
  const clientId = `${options.clientId.slice(0, 16)}-b${Date.now() % 10_000}`;
  const client = await BrokerClient.connect({ ...options, persistent: false, clientId }, host);
  const seen = new Map<string, Buffer>();
  try {
    client.onMessage((message) => {
      if (seen.size < MOST_TOPICS || seen.has(message.topic)) seen.set(message.topic, message.payload);
      message.acknowledge();
    });
    const filters = base === '' ? ['#'] : path.includes('#') ? [base] : [base, `${base}/#`];
    const refused = await client.subscribe(filters);
    if (refused.length === filters.length) {
      throw new ConnectorError('permission', 'mqtt.topic', topicRefused(base || '#'));
    }
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  } finally {
    await client.close();
  }
  const fields = seen.get(topicPath);
  if (path.includes('#')) return fields ? fieldNodes(path, fields) : [];
  const below = topicNodes(base, seen);
  return topicPath !== '' && fields ? [...fieldNodes(`${topicPath}#`, fields), ...below] : below;
}

function topicNodes(base: string, seen: ReadonlyMap<string, Buffer>): BrowseNode[] {
  const nodes = new Map<string, BrowseNode>();
  const prefix = base === '' ? '' : `${base}/`;
  for (const topic of seen.keys()) {
    if (!topic.startsWith(prefix)) continue;
    const [level = ''] = topic.slice(prefix.length).split('/');
    const path = prefix + level;
    if (!nodes.has(path)) nodes.set(path, { path, name: level, folder: true });
  }
  return [...nodes.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}
