/** Event times as devices write them. */
import { stampMs } from '../sql/value.ts';

/** How a time is written: found out by itself, a count since 1970, or by a pattern of `yyyy MM dd HH mm ss SSS`. */
export type TimeFormat = 'auto' | 'iso' | 's' | 'ms' | 'us' | 'ns' | { readonly pattern: string };
export interface TimeRules {
  readonly format?: TimeFormat;
  /** Of texts without a zone: minutes east of Greenwich. */
  readonly offsetMinutes?: number;
}

const PER_MS = { s: 1e-3, ms: 1, us: 1e3, ns: 1e6 } as const;
const WIDTHS: Readonly<Record<string, string>> = {
  yyyy: '\\d{4}',
  MM: '\\d{2}',
  dd: '\\d{2}',
  HH: '\\d{2}',
  mm: '\\d{2}',
  ss: '\\d{2}',
  SSS: '\\d{3}',
};

/** The format that a text names; undefined when it is none: a pattern has at least year, month and day. */
export function timeFormat(text: string): TimeFormat | undefined {
  if (text === 'auto' || text === 'iso' || Object.hasOwn(PER_MS, text)) return text as TimeFormat;
  return ['yyyy', 'MM', 'dd'].every((part) => text.includes(part)) ? { pattern: text } : undefined;
}

/** Epoch ms; undefined when it is no time of this form. By itself: ISO, `2026/3/1 8:05:00`, and counts whose size tells their unit. */
export function timeOf(found: unknown, { format = 'auto', offsetMinutes = 0 }: TimeRules = {}): number | undefined {
  if (typeof format === 'object')
    return typeof found === 'string' || typeof found === 'number'
      ? byPattern(String(found), format.pattern, offsetMinutes)
      : undefined;
  const count = typeof found === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(found) ? Number(found) : found;
  if (format === 'iso' || (format === 'auto' && typeof count === 'string'))
    return typeof found === 'string' ? written(found.trim(), offsetMinutes) : undefined;
  if (typeof count !== 'number' || !Number.isFinite(count) || count <= 0) return undefined;
  if (format !== 'auto') return count / PER_MS[format];
  // no plant has data of before 1973
  if (count < 1e11) return count * 1000;
  if (count < 1e14) return count;
  return count < 1e17 ? count / 1e3 : count / 1e6;
}

/** ISO 8601, and what Excel and PLC panels make of it: slashes, dots, one digit, a blank for the T, no seconds. */
function written(text: string, offsetMinutes: number): number | undefined {
  const padded = text
    .replace(
      /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=\D|$)/,
      (_all, y, m, d) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`,
    )
    .replace(/([ T])(\d):/, '$10$2:')
    .replace(/([ T]\d\d:\d\d)(?=$|[Z+-])/, '$1:00')
    .replace(',', '.');
  return stampMs(padded, offsetMinutes);
}

function byPattern(text: string, pattern: string, offsetMinutes: number): number | undefined {
  const names: string[] = [];
  const form = pattern.replace(/yyyy|MM|dd|HH|mm|ss|SSS|[.*+?^${}()|[\]\\]/g, (part) => {
    const width = WIDTHS[part];
    if (!width) return `\\${part}`;
    names.push(part);
    return `(${width})`;
  });
  const match = new RegExp(`^${form}$`).exec(text.trim());
  if (!match) return undefined;
  const part = (name: string, otherwise: string) => {
    const at = names.indexOf(name);
    return at < 0 ? otherwise : (match[at + 1] ?? otherwise);
  };
  const day = `${part('yyyy', '')}-${part('MM', '')}-${part('dd', '')}`;
  return stampMs(`${day} ${part('HH', '00')}:${part('mm', '00')}:${part('ss', '00')}.${part('SSS', '0')}`, offsetMinutes);
}
