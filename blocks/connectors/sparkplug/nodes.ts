import type { Metric, MetricValue, Payload } from './payload.ts';
import { retyped } from './payload.ts';

export interface KnownMetric {
  readonly name: string;
  readonly datatype: number | undefined;
  readonly alias: number | undefined;
  readonly properties: Metric['properties'];
  value: MetricValue | undefined;
  time: number;
  quality: number | undefined;
}
/** An edge node or a device of it, as its last birth described it. */
export interface Source {
  readonly id: string;
  online: boolean;
  readonly metrics: Map<string, KnownMetric>;
}
interface EdgeNode {
  seq: number | undefined;
  bdSeq: number | undefined;
  /** Aliases are unique in an edge node, devices included. */
  readonly aliases: Map<number, { readonly source: string; readonly name: string }>;
  readonly sources: Map<string, Source>;
}

export interface Change {
  readonly source: string;
  readonly metric: KnownMetric;
  readonly time: number;
}
export interface Applied {
  readonly changes: readonly Change[];
  /** Sources that came or went. */
  readonly states: readonly { readonly source: string; readonly online: boolean }[];
  /** The node must tell everything again: unknown, a gap in its numbers, or an unknown alias. */
  readonly rebirth: boolean;
  readonly gap: boolean;
}
const NOTHING: Applied = { changes: [], states: [], rebirth: false, gap: false };

/** State of all edge nodes of the namespace, by the rules of Sparkplug 3.0.0, chapters 5 and 6. Pure: messages in, changes out. */
export class EdgeNodes {
  readonly #nodes = new Map<string, EdgeNode>();

  source(id: string): Source | undefined {
    const [group, node] = id.split('/');
    return this.#nodes.get(`${group}/${node}`)?.sources.get(id);
  }
  sources(): Source[] {
    return [...this.#nodes.values()].flatMap((node) => [...node.sources.values()]);
  }

  apply(kind: string, nodeId: string, device: string | undefined, payload: Payload, arrived: number): Applied {
    const id = device === undefined ? nodeId : `${nodeId}/${device}`;
    switch (kind) {
      case 'NBIRTH':
        return this.#nodeBirth(nodeId, payload, arrived);
      case 'DBIRTH':
        return this.#deviceBirth(nodeId, id, payload, arrived);
      case 'NDATA':
      case 'DDATA':
        return this.#data(nodeId, id, payload, arrived);
      case 'NDEATH':
        return this.#nodeDeath(nodeId, payload);
      case 'DDEATH':
        return this.#deviceDeath(nodeId, id, payload);
      default:
        return NOTHING; // commands and STATE of others
    }
  }

  #nodeBirth(nodeId: string, payload: Payload, arrived: number): Applied {
    const before = this.#nodes.get(nodeId);
    const bdSeq = payload.metrics.find((metric) => metric.name === 'bdSeq')?.value;
    const node: EdgeNode = {
      seq: payload.seq,
      bdSeq: typeof bdSeq === 'number' ? bdSeq : undefined,
      aliases: new Map(),
      sources: new Map(),
    };
    this.#nodes.set(nodeId, node);
    const changes = this.#birth(node, nodeId, payload, arrived);
    // devices of the node are gone until they are born again
    const gone = [...(before?.sources.values() ?? [])].filter((source) => source.id !== nodeId && source.online);
    return {
      changes,
      states: [{ source: nodeId, online: true }, ...gone.map((source) => ({ source: source.id, online: false }))],
      rebirth: false,
      gap: false,
    };
  }

  #deviceBirth(nodeId: string, id: string, payload: Payload, arrived: number): Applied {
    const node = this.#nodes.get(nodeId);
    if (!node) return { ...NOTHING, rebirth: true };
    const gap = this.#missed(node, payload);
    return { changes: this.#birth(node, id, payload, arrived), states: [{ source: id, online: true }], rebirth: gap, gap };
  }

  #birth(node: EdgeNode, id: string, payload: Payload, arrived: number): Change[] {
    const source: Source = { id, online: true, metrics: new Map() };
    node.sources.set(id, source);
    for (const metric of payload.metrics) {
      if (metric.name === undefined) continue;
      source.metrics.set(metric.name, {
        name: metric.name,
        datatype: metric.datatype,
        alias: metric.alias,
        properties: metric.properties,
        value: metric.value,
        time: metric.timestamp ?? payload.timestamp ?? arrived,
        quality: qualityProperty(metric),
      });
      if (metric.alias !== undefined) node.aliases.set(metric.alias, { source: id, name: metric.name });
    }
    return [...source.metrics.values()].map((metric) => ({ source: id, metric, time: metric.time }));
  }

  #data(nodeId: string, id: string, payload: Payload, arrived: number): Applied {
    const node = this.#nodes.get(nodeId);
    const source = node?.sources.get(id);
    if (!node || !source?.online) return { ...NOTHING, rebirth: true };
    const gap = this.#missed(node, payload);
    let unknown = false;
    const changes: Change[] = [];
    for (const metric of payload.metrics) {
      const name = metric.name ?? (metric.alias === undefined ? undefined : node.aliases.get(metric.alias)?.name);
      const known = name === undefined ? undefined : source.metrics.get(name);
      if (!known) {
        unknown = true;
        continue;
      }
      const time = metric.timestamp ?? payload.timestamp ?? arrived;
      const value = metric.datatype === undefined ? retyped(metric.value, known.datatype) : metric.value;
      const current = { ...known, value, time, quality: qualityProperty(metric) };
      // what a node sends late from its buffer is no news about now
      if (!metric.historical) source.metrics.set(known.name, current);
      changes.push({ source: id, metric: current, time });
    }
    return { changes, states: [], rebirth: gap || unknown, gap };
  }

  /** Only the death that belongs to the current birth counts: an old one may come late. */
  #nodeDeath(nodeId: string, payload: Payload): Applied {
    const node = this.#nodes.get(nodeId);
    if (!node) return NOTHING;
    const bdSeq = payload.metrics.find((metric) => metric.name === 'bdSeq')?.value;
    if (node.bdSeq !== undefined && typeof bdSeq === 'number' && bdSeq !== node.bdSeq) return NOTHING;
    const online = [...node.sources.values()].filter((source) => source.online);
    for (const source of online) source.online = false;
    return { ...NOTHING, states: online.map((source) => ({ source: source.id, online: false })) };
  }

  #deviceDeath(nodeId: string, id: string, payload: Payload): Applied {
    const node = this.#nodes.get(nodeId);
    const source = node?.sources.get(id);
    if (!node || !source) return { ...NOTHING, rebirth: !node };
    const gap = this.#missed(node, payload);
    source.online = false;
    return { changes: [], states: [{ source: id, online: false }], rebirth: gap, gap };
  }

  /** Sequence numbers run 0 to 255 over all messages of a node but its death. */
  #missed(node: EdgeNode, payload: Payload): boolean {
    const expected = node.seq === undefined ? undefined : (node.seq + 1) % 256;
    node.seq = payload.seq;
    return expected !== undefined && payload.seq !== undefined && payload.seq !== expected;
  }
}

/** Sparkplug's own quality property: 192 good, 500 stale, 0 bad. */
function qualityProperty(metric: Metric): number | undefined {
  const found = metric.properties?.Quality ?? metric.properties?.quality;
  return typeof found === 'number' ? found : undefined;
}
