import { useLocale } from 'next-intl';

/** Shows the progress of what works; at rest it costs one small query. */
export const REFRESH_MS = 2_000;

export function useText() {
  const locale = useLocale();
  const language: 'en' | 'zh' = locale.startsWith('zh') ? 'zh' : 'en';
  const moment = (time: Date | number) =>
    new Intl.DateTimeFormat(locale, {
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hour12: false,
    }).format(time);
  const number = (value: number | null) => (value === null ? '–' : new Intl.NumberFormat(locale).format(value));
  return { language, moment, number };
}
