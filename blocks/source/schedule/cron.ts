/** Fields of a cron rule: minute, hour, day of month, month, weekday (0 and 7 are Sunday). */
const FIELDS = [
  { en: 'minute', zh: '分钟', from: 0, to: 59, names: [] },
  { en: 'hour', zh: '小时', from: 0, to: 23, names: [] },
  { en: 'day of month', zh: '日', from: 1, to: 31, names: [] },
  {
    en: 'month',
    zh: '月份',
    from: 1,
    to: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { en: 'weekday', zh: '星期', from: 0, to: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
] as const;

/** What is wrong with a cron rule, `English | 中文`; undefined = nothing. Lists, ranges, steps and names of months and weekdays are known. */
export function cronFault(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  const count = text.trim() === '' ? 0 : fields.length;
  if (count !== FIELDS.length)
    return `A cron rule has five fields (minute, hour, day of month, month, weekday); this one has ${count}. | cron 规则有五个字段（分 时 日 月 周），此处有 ${count} 个。`;
  for (const [i, field] of FIELDS.entries())
    for (const part of (fields[i] ?? '').split(','))
      if (!isPart(part, field))
        return `“${part}” is no ${field.en}: write *, ${field.from} to ${field.to}, a range such as 1-5 or a step such as */15. | “${part}”不是有效的${field.zh}：请写 *、${field.from} 到 ${field.to}、范围（如 1-5）或步长（如 */15）。`;
  return undefined;
}

function isPart(part: string, { from, to, names }: { from: number; to: number; names: readonly string[] }): boolean {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0) return false;
  if (step !== undefined && !(/^\d+$/.test(step) && Number(step) >= 1 && Number(step) <= to)) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(end, from, names));
  const [low = Number.NaN, high = low] = ends;
  // a step needs something to step through
  if (step !== undefined && ends.length === 1) return false;
  return ends.length <= 2 && low >= from && high <= to && low <= high;
}

function numberOf(text: string, from: number, names: readonly string[]): number {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return from + named;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
