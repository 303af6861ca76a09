'use client';
import { useLocale } from 'next-intl';
import { useMemo } from 'react';
import { isLanguage, LOCALES } from '../_messages/languages.ts';

export interface Format {
  /** A measured value: 4 significant digits, never more decimals than help, the locale's marks. */
  number(value: number, options?: { digits?: number }): string;
  /** A number that a person chose (a limit, a set-point): as it is, without zeros that say nothing. */
  exact(value: number): string;
  /** With exactly these decimals: ticks of an axis. */
  fixed(value: number, decimals: number): string;
  /** A count or an exact number. */
  integer(value: number): string;
  percent(fraction: number): string;
  /** `14:02:07`, with date when it is not today. */
  time(at: Date | number | string): string;
  date(at: Date | number | string): string;
  dateTime(at: Date | number | string): string;
  /** `3 s`, `5 min`, `2 h`, `4 d`, rounded down. */
  duration(ms: number): string;
  bytes(count: number): string;
  /** The text of a bilingual pair in the reader's language, else the other one. */
  text(pair: { readonly en?: string; readonly zh?: string } | null | undefined): string;
}

/** Numbers, times and bilingual texts as the reader writes them. */
export function useFormat(): Format {
  const locale = useLocale();
  return useMemo(() => makeFormat(isLanguage(locale) ? LOCALES[locale] : locale), [locale]);
}

export function makeFormat(locale: string): Format {
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const date = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric' });
  const short = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const long = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: 0 }).format(value);
  const chinese = locale.startsWith('zh');
  return {
    number: (value, { digits = 4 } = {}) => formatNumber(locale, value, digits),
    exact: (value) => formatExact(locale, value),
    fixed: (value, decimals) =>
      decimals > 6 || Math.abs(value) >= 1e9
        ? formatNumber(locale, value, 4)
        : new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value),
    integer: (value) => integer.format(value),
    percent: (fraction) => percent.format(fraction),
    time: (at) => (isToday(new Date(at)) ? time : short).format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    dateTime: (at) => long.format(new Date(at)),
    duration(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      if (seconds < 60) return unit(seconds, 'second');
      if (seconds < 3600) return unit(Math.floor(seconds / 60), 'minute');
      if (seconds < 86_400) return unit(Math.floor(seconds / 3600), 'hour');
      return unit(Math.floor(seconds / 86_400), 'day');
    },
    bytes(count) {
      const power = count < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3));
      const name = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'][power] ?? 'byte';
      return new Intl.NumberFormat(locale, { style: 'unit', unit: name, maximumFractionDigits: power === 0 ? 0 : 1 }).format(
        count / 1000 ** power,
      );
    },
    text: (pair) => (chinese ? pair?.zh || pair?.en : pair?.en || pair?.zh) ?? '',
  };
}

function formatExact(locale: string, value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return formatNumber(locale, value, 6);
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 10 }).format(value);
}

function formatNumber(locale: string, value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  // Beyond these a row of zeros hides the number.
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    return new Intl.NumberFormat(locale, { notation: 'scientific', maximumSignificantDigits: digits }).format(value);
  }
  const whole = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  const decimals =
    size === 0 ? 0 : size < 1 ? Math.min(6, digits - 1 - Math.floor(Math.log10(size))) : Math.max(0, digits - whole);
  const trailing = size >= 1 && !Number.isInteger(value) ? decimals : 0;
  return new Intl.NumberFormat(locale, { minimumFractionDigits: trailing, maximumFractionDigits: decimals }).format(value);
}

function isToday(at: Date): boolean {
  return at.toDateString() === new Date().toDateString();
}
