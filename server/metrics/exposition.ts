import { Counter, Gauge, Registry } from 'prom-client';

/** What one look at the platform gave. Names are without the prefix; counters end in `_total`. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const PREFIX = 'millwright_';
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * The Prometheus text of what was seen just now. A registry of its own for each look: what is gone from the tables is gone from the answer.
 * What is no number and families without a sample are left out: an absent series says "not known", a zero says "none".
 */
export async function expose(families: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const { name, type, help, samples: all } of families) {
    const samples = all.filter(({ value }) => !Number.isNaN(value));
    if (samples.length === 0) continue;
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels ?? {})))];
    const options = { name: PREFIX + name, help, labelNames, registers: [registry] };
    if (type === 'gauge') {
      const gauge = new Gauge(options);
      for (const { labels = {}, value } of samples) gauge.set(labels, value);
    } else {
      const counter = new Counter(options);
      for (const { labels = {}, value } of samples) counter.inc(labels, value);
    }
  }
  return registry.metrics();
}
