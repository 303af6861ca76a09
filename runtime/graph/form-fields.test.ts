import { describe, expect, it } from 'vitest';
import { checkEntry, entryRow, type FormField, wallClock } from './form-fields.ts';

const field = (name: string, more: Partial<FormField>): FormField => ({
  ...{ name, title: { en: name, zh: name }, kind: 'number', required: true, unit: '1', low: null, high: null },
  ...{ most: 200, options: [], clock: false, ...more },
});
const fields = [
  field('diameter', { unit: 'mm', low: 19.9, high: 20.1 }),
  field('note', { kind: 'text', required: false, most: 5 }),
  field('result', {
    kind: 'choice',
    options: [
      { value: 'pass', title: null },
      { value: 'fail', title: null },
    ],
  }),
  field('burr', { kind: 'boolean' }),
  field('due', { kind: 'date', required: false }),
  field('at', { kind: 'date', clock: true, required: false }),
];
const good = { diameter: 20, result: 'pass', burr: false };

describe('an entry of several fields', () => {
  it.each([
    [{}, []],
    [{ note: '一二三四五', due: '2024-02-29', at: '2026-11-23T14:30' }, []],
    [{ diameter: 20.2 }, ['diameter range']],
    [{ diameter: '20' }, ['diameter type']],
    [{ diameter: null }, ['diameter missing']],
    [{ note: '123456' }, ['note length']],
    [{ note: 7 }, ['note type']],
    [{ result: 'maybe' }, ['result option']],
    [{ result: '' }, ['result missing']],
    [{ burr: 'yes' }, ['burr type']],
    [{ due: '2023-02-29' }, ['due date']],
    [{ due: '2026-11-23T14:30' }, ['due date']],
    [{ at: '2026-11-23T24:00' }, ['at date']],
    [{ colour: 'red' }, ['colour unknown']],
    [{ diameter: 5, burr: null, due: 'soon' }, ['diameter range', 'burr missing', 'due date']],
  ])('%j: %j', (more, expected) => {
    const found = checkEntry(fields, { ...good, ...more });
    expect(found.map(({ field: name, code }) => `${name} ${code}`)).toEqual(expected);
    for (const { message } of found) {
      expect(message.en).toMatch(/^[^\p{Script=Han}]+\.$/u);
      expect(message.zh).toMatch(/\p{Script=Han}/u);
    }
  });

  it('becomes one row: dates as instants of the plant, what is empty is not there', () => {
    const east8 = (date: string, minutes: number) => Date.parse(`${date}T00:00:00+08:00`) + minutes * 60_000;
    expect(entryRow(fields, { ...good, note: '', due: '2026-11-23', at: '2026-11-23T14:30' }, east8)).toEqual({
      ...good,
      due: Date.parse('2026-11-22T16:00:00Z'),
      at: Date.parse('2026-11-23T06:30:00Z'),
    });
  });

  it('knows a day that is none', () => {
    expect(wallClock('2026-02-30', false)).toBeUndefined();
    expect(wallClock('2026-12-31T23:59', true)).toEqual({ date: '2026-12-31', minutes: 1439 });
  });
});
