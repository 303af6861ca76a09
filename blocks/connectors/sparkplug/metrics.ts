/** Metrics as values of tags, and back. */
import type { Bilingual } from '#blocks/sdk/connection-words.ts';
import type { SourceValue, TagValueType } from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import type { KnownMetric } from './nodes.ts';
import { type MetricValue, typeName } from './payload.ts';

export const bornWithout = (source: string, metric: string): Bilingual => ({
  en: `${source} was born without a metric “${metric}”.`,
  zh: `${source} 的出生消息中没有指标“${metric}”。`,
});

export function typed(value: MetricValue | undefined, type: TagValueType): SourceValue | undefined {
  if (value === undefined || value instanceof Uint8Array) return undefined;
  if (type === 'text') return String(value);
  if (type === 'boolean') return typeof value === 'string' ? undefined : Boolean(value);
  return typeof value === 'string' ? undefined : Number(value);
}

export function qualityOf(metric: KnownMetric, value: SourceValue | undefined): number {
  if (metric.quality === 500) return quality('bad', 'stale');
  if (metric.quality !== undefined && metric.quality < 64) return quality('bad', 'sensor-fault');
  if (value === undefined) return quality('bad', 'missing');
  return metric.quality !== undefined && metric.quality < 192 ? quality('uncertain') : GOOD;
}

export function tagType(datatype: number | undefined): TagValueType {
  const name = typeName(datatype ?? 0);
  if (name === 'Boolean') return 'boolean';
  if (name === 'Float' || name === 'Double') return 'number';
  return name?.includes('Int') ? 'integer' : 'text';
}

/** The value in the metric's own type. */
export function wire(value: number | boolean | string, datatype: number): MetricValue {
  const name = typeName(datatype);
  if (name === 'Boolean') return Boolean(Number(value));
  if (name === 'String' || name === 'Text' || name === 'UUID') return String(value);
  return name === 'Float' || name === 'Double' ? Number(value) : Math.round(Number(value));
}
