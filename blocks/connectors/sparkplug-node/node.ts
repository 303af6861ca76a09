/** What an edge node says, by Sparkplug 3.0.0: births, data, deaths, one sequence. Pure: values in, payloads out. */
import type { FollowedValue } from '#blocks/sdk/connector.ts';
import type { Point } from '../published/points.ts';
import { type Metric, type MetricValue, type Payload, TYPES, type TypeName } from '../sparkplug/payload.ts';
import type { Address } from './address.ts';

export interface Out {
  readonly kind: 'NBIRTH' | 'DBIRTH' | 'NDATA' | 'DDATA' | 'DDEATH';
  readonly device?: string;
  readonly payload: Payload;
}
type Published = Point<Address>;

const REBIRTH = 'Node Control/Rebirth';
const DATATYPE: Readonly<Record<FollowedValue['type'], TypeName>> = {
  number: 'Double',
  integer: 'Int64',
  boolean: 'Boolean',
  text: 'String',
  wave: 'String',
};

export class NodeVoice {
  readonly #points: readonly Published[];
  readonly #newest: (name: string) => FollowedValue | undefined;
  /** By device; undefined is the node itself. */
  readonly #devices: ReadonlyMap<string | undefined, readonly Published[]>;
  readonly #aliases: ReadonlyMap<Published, number>;
  readonly #born = new Set<string>();
  #seq = 0;

  constructor(points: readonly Published[], newest: (name: string) => FollowedValue | undefined) {
    this.#points = points;
    this.#newest = newest;
    this.#devices = Map.groupBy(points, ({ address }) => address.device);
    // unique over the node and its devices (6.4.6, tck-id-payloads-alias-uniqueness); 0 and 1 are the node's own
    this.#aliases = new Map(points.map((point, i) => [point, i + 2]));
  }

  #next(): number {
    const seq = this.#seq;
    this.#seq = (this.#seq + 1) % 256;
    return seq;
  }

  /** The whole of the node, from sequence number 0. */
  births(bdSeq: number, now: number): Out[] {
    this.#seq = 0;
    this.#born.clear();
    const own: Metric[] = [
      bdSeqMetric(bdSeq),
      { name: REBIRTH, alias: 1, timestamp: now, datatype: TYPES.Boolean, value: false },
    ];
    const node: Out = {
      kind: 'NBIRTH',
      payload: {
        timestamp: now,
        seq: this.#next(),
        metrics: [...own, ...this.#metrics(this.#devices.get(undefined) ?? [], now)],
      },
    };
    return [
      node,
      ...[...this.#devices.keys()].flatMap((device) =>
        device !== undefined && this.#alive(device) ? this.#birth(device, now) : [],
      ),
    ];
  }

  #birth(device: string, now: number): Out[] {
    this.#born.add(device);
    const metrics = this.#metrics(this.#devices.get(device) ?? [], now);
    return [{ kind: 'DBIRTH', device, payload: { timestamp: now, seq: this.#next(), metrics } }];
  }

  /** A device all of whose values are lost with their line is away. */
  #alive(device: string): boolean {
    return (this.#devices.get(device) ?? []).some(({ name }) => !isLinkLost(this.#newest(name)));
  }

  #metrics(points: readonly Published[], now: number): Metric[] {
    return points.map((point) => {
      const value = this.#newest(point.name);
      return {
        name: point.address.metric,
        ...this.#said(point, value, now),
        datatype: TYPES[DATATYPE[value?.type ?? 'number']],
        properties: { ...(value?.unit ? { engUnit: value.unit } : {}), Quality: qualityOf(value) },
      };
    });
  }
  #said(point: Published, value: FollowedValue | undefined, now: number): Metric {
    const wire = value && wireValue(value);
    return { alias: this.#aliases.get(point), timestamp: value?.time ?? now, ...(wire === undefined ? {} : { value: wire }) };
  }

  /** What these names' news make to be said: data by alias, devices that went or came back. */
  changes(names: ReadonlySet<string>, now: number): Out[] {
    const out: Out[] = [];
    for (const [device, points] of this.#devices) {
      const news = points.filter(({ name }) => names.has(name));
      if (news.length === 0) continue;
      if (device !== undefined && !this.#alive(device)) {
        if (this.#born.delete(device))
          out.push({ kind: 'DDEATH', device, payload: { timestamp: now, seq: this.#next(), metrics: [] } });
        continue;
      }
      if (device !== undefined && !this.#born.has(device)) {
        out.push(...this.#birth(device, now));
        continue;
      }
      const metrics = news.map((point): Metric => {
        const value = this.#newest(point.name);
        return {
          ...this.#said(point, value, now),
          datatype: TYPES[DATATYPE[value?.type ?? 'number']],
          properties: { Quality: qualityOf(value) },
        };
      });
      out.push({
        kind: device === undefined ? 'NDATA' : 'DDATA',
        ...(device === undefined ? {} : { device }),
        payload: { timestamp: now, seq: this.#next(), metrics },
      });
    }
    return out;
  }

  /** The point that a command speaks of, by name or alias. */
  point(device: string | undefined, metric: Metric): Published | undefined {
    return this.#points.find(
      (point) =>
        point.address.device === device &&
        (metric.alias === undefined ? point.address.metric === metric.name : this.#aliases.get(point) === metric.alias),
    );
  }
}

export const bdSeqMetric = (bdSeq: number): Metric => ({ name: 'bdSeq', datatype: TYPES.Int64, value: bdSeq });
/** Asks this command for all births again? */
export const isRebirth = (metric: Metric): boolean => (metric.name === REBIRTH || metric.alias === 1) && metric.value === true;

const isLinkLost = (value: FollowedValue | undefined) => value?.quality === 0x86;
/** 192 good, 500 stale, 0 bad: there are no others (tck-id-payloads-propertyset-quality-value-value), so what is uncertain is not good. */
function qualityOf(value: FollowedValue | undefined): number {
  if (!value || value.quality >= 0x80) return value?.quality === 0x81 ? 500 : 0;
  return value.quality >= 0x40 ? 500 : 192;
}
function wireValue({ value, type, quality }: FollowedValue): MetricValue | undefined {
  if (value === undefined || quality >= 0x80) return undefined;
  if (type === 'integer')
    return typeof value === 'number' && Number.isSafeInteger(Math.round(value)) ? Math.round(value) : undefined;
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  return type === 'boolean' ? Boolean(value) : String(value);
}
