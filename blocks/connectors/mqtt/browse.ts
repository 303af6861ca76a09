import { topicRefused } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type TagValueType,
} from '#blocks/sdk/connector.ts';
import { BrokerClient, type BrokerOptions } from './client.ts';
import { unpackWave } from './payload.ts';

/** MQTT has no directory: what is retained or sent while we listen is what there is to see. */
const LISTEN_MS = 2500;
const MOST_TOPICS = 5000;
const PAGE = 100;

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

/** Names that carry the event time in the payloads of common devices. */
const TIME_NAMES = ['ts', 'time', 'timestamp', 't'];

function fieldNodes(path: string, payload: Buffer): BrowseNode[] {
  const [topic = '', field = ''] = path.split('#');
  if (unpackWave(payload)) {
    return [{ path, name: topic.split('/').at(-1) ?? topic, folder: false, address: topic, suggested: { type: 'wave' } }];
  }
  let data: unknown;
  try {
    data = JSON.parse(payload.toString('utf8'));
  } catch {
    const value = payload.toString('utf8').slice(0, 80);
    return [{ path, name: topic.split('/').at(-1) ?? topic, folder: false, address: topic, suggested: { type: 'text' }, value }];
  }
  if (typeof data !== 'object' || data === null) {
    return [{ path, name: topic.split('/').at(-1) ?? topic, folder: false, address: topic, ...described(data) }];
  }
  const time = Object.keys(data).find((name) => TIME_NAMES.includes(name));
  const inside =
    field === '' ? data : field.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], data);
  if (typeof inside !== 'object' || inside === null) return [];
  return Object.entries(inside).flatMap(([name, value]): BrowseNode[] => {
    const full = field === '' ? name : `${field}.${name}`;
    if (field === '' && name === time) return [];
    if (isWave(value))
      return [{ path: `${topic}#${full}`, name, folder: false, address: `${topic}#${full}`, suggested: { type: 'wave' } }];
    if (typeof value === 'object' && value !== null) return [{ path: `${topic}#${full}`, name, folder: true }];
    const address = `${topic}#${full}${time ? `@${time}` : ''}`;
    return [{ path: `${topic}#${full}`, name, folder: false, address, ...described(value) }];
  });
}

const isWave = (value: unknown) => typeof value === 'object' && value !== null && 'rate' in value && 'values' in value;
function described(value: unknown): Pick<BrowseNode, 'suggested' | 'value'> {
  const type: TagValueType = typeof value === 'boolean' ? 'boolean' : typeof value === 'number' ? 'number' : 'text';
  return { suggested: { type }, value: String(value).slice(0, 80) };
}

export function pageOf(nodes: readonly BrowseNode[], page: string | undefined): BrowsePage {
  const from = Math.max(0, Number(page ?? 0) || 0);
  const next = from + PAGE < nodes.length ? String(from + PAGE) : undefined;
  return { nodes: nodes.slice(from, from + PAGE), ...(next ? { next } : {}) };
}
