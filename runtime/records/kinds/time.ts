import { choice, clock, date, integer, list, note, number, optional, place, refers, text, words, zone } from '../fields.ts';
import { CONTROLLED, checks, controlled, defineKind, inOrder, rowsOf, validity } from '../kind.ts';

/** From one time of day to another; one that ends before it begins goes over midnight. */
const shift = defineKind({
  named: ['shift', 'shifts', '班次'],
  group: 'time',
  fields: {
    name: words('Name', '名称'),
    start: clock('Starts', '开始'),
    end: clock('Ends', '结束'),
    breaks: optional(list('Breaks', '休息', { from: clock('From', '起'), to: clock('To', '止') }, { most: 10 })),
    crew: optional(number('Persons', '人数', { unit: '1', least: 0 })),
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check(data, report) {
    const minutes = (hour: unknown) => Number(String(hour).slice(0, 2)) * 60 + Number(String(hour).slice(3));
    const start = minutes(data.start);
    // counted from the start, so that a shift over midnight is one stretch
    const since = (hour: unknown) => (minutes(hour) - start + 1440) % 1440;
    const length = since(data.end) || 1440;
    for (const [i, pause] of rowsOf(data, 'breaks').entries())
      if (since(pause.from) >= length || since(pause.to) > length || since(pause.to) <= since(pause.from))
        report(['breaks', i, 'from'], 'The break is not within the shift.', '休息时间不在班次内。');
  },
});

/** Shifts of the week, and the days that are otherwise: holidays, and the working days that make up for them. */
const calendar = defineKind({
  named: ['calendar', 'calendars', '日历'],
  group: 'time',
  fields: {
    name: words('Name', '名称'),
    zone: zone(),
    place: optional(place('Place', '适用位置')),
    week: list(
      'Week',
      '每周班次',
      {
        day: integer('Weekday, Monday is 1', '星期（周一为 1）', { least: 1, most: 7 }),
        shift: refers('shift', 'Shift', '班次'),
      },
      { most: 70 },
    ),
    exceptions: optional(
      list('Other days', '例外日期', {
        from: date('From', '起'),
        to: date('To', '止'),
        type: choice('Is', '类型', {
          holiday: { en: 'Holiday', zh: '放假' },
          working: { en: 'Working day', zh: '调休上班' },
        }),
        name: optional(text('Name', '名称', 100)),
      }),
    ),
    ...validity,
    note: note(),
  },
  transitions: controlled(),
  ...CONTROLLED,
  check: checks(inOrder('validFrom', 'validTo'), (data, report) => {
    for (const [i, one] of rowsOf(data, 'exceptions').entries())
      if (String(one.to) < String(one.from))
        report(['exceptions', i, 'to'], 'It ends before it begins.', '结束日期早于开始日期。');
  }),
});

export const TIME_KINDS = { shift, calendar } as const;
