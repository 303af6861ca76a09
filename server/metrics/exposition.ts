/** A family of the Prometheus text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export interface Family {
  /** Without the prefix; counters end in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const PREFIX = 'millwright_';

/** Families without a sample are left out: an absent series says "not known", a zero says "none". */
export function expose(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) =>
      [
        `# HELP ${PREFIX}${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${PREFIX}${name} ${type}`,
        ...samples.map(({ labels, value }) => `${PREFIX}${name}${written(labels)} ${numberText(value)}`),
        '',
      ].join('\n'),
    )
    .join('');
}

function written(labels: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return all.length > 0 ? `{${all.join(',')}}` : '';
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
