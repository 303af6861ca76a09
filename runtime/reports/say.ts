import type { ReportRequest } from './request.ts';

export type Language = 'en' | 'zh';
export interface Said {
  readonly en: string;
  readonly zh: string;
}
/** In the report's language, or in both with Chinese first. */
export const say = ({ en, zh }: Said, language: ReportRequest['language']): string =>
  language === 'both' ? (en === zh ? zh : `${zh} / ${en}`) : language === 'zh' ? zh : en;

export const WORDS = {
  period: { en: 'Period', zh: '统计时段' },
  made: { en: 'Made', zh: '生成时间' },
  by: { en: 'By', zh: '来源' },
  simulated: { en: 'Simulated values', zh: '仿真数据' },
  page: { en: 'Page', zh: '页' },
  empty: { en: 'There are no rows in this period.', zh: '该时段没有数据。' },
} as const satisfies Record<string, Said>;

/** `2026-11-23 08:30`, in the report's zone. */
export function timeText(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const of = (type: string) => parts.find((p) => p.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

/** At most six digits that count, as a person reads figures. */
export const numberText = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));

export function cellText(value: number | string | null | undefined, type: 'number' | 'time' | 'text', zone: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  return type === 'time' ? timeText(value, zone) : numberText(value);
}
