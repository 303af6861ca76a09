import { classOf } from '#runtime/batch/quality.ts';

/** A value as a node shows it: five significant digits, no jumping between forms. */
export function formatValue(value: unknown, locale: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return formatNumber(value, locale);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === 'object' && 'n' in value && 'rate' in value) return `∿ ${formatNumber(Number(value.n), locale)}`;
  return '{…}';
}

export function formatNumber(value: number, locale: string): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return value.toExponential(2);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: Math.min(digits, 2) }).format(
    value,
  );
}

/** `14:02:07.412` of the reader's zone. */
export const formatTime = (time: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  }).format(time);

export const formatMoment = (time: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(time);

export const isBad = (quality: number): boolean => classOf(quality) === 'bad';
export const isDoubtful = (quality: number): boolean => classOf(quality) !== 'good';
