import { expect, test } from 'vitest';
import { checkWidget, type Shown } from './check-screens.ts';
import type { Widget } from './screens.ts';
import { WIDGETS } from './widgets.ts';

const shown: Shown = {
  outputs: [
    {
      name: 'pressure',
      schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, why: { type: 'text' } } },
    },
    { name: 'plan', schema: { kind: 'frame', columns: { machine: { type: 'text' } } } },
    { name: 'open' },
  ],
  forms: ['setpoint'],
};
const widget = (kind: string, bind: Record<string, string>, options?: Record<string, unknown>): Widget => ({
  ...{ id: 'w', kind, bind: Object.entries(bind).map(([slot, to]) => ({ slot, to })), at: { x: 0, y: 0, w: 3, h: 3 } },
  ...(options ? { options } : {}),
});
const codes = (one: Widget) => checkWidget('main', one, shown).map(({ code, slot }) => (slot ? `${code} ${slot}` : code));

test('what is bound to things that are there is in order', () => {
  for (const one of [
    widget('kpi', { value: 'pressure.value' }),
    widget('kpi', { value: 'pressure.why' }),
    widget('kpi', { value: 'open.value' }),
    widget('trend', { line1: 'pressure.value' }),
    widget('table', { column1: 'pressure.value', column2: 'pressure.why' }),
    widget('table', { frame: 'plan' }),
    widget('gantt', { frame: 'plan' }),
    widget('control', { form: 'form:setpoint', value: 'pressure.value' }),
    widget('form', { form: 'form:setpoint' }),
    widget('alarmlist', {}),
    widget('document', {}, { codes: ['SOP-1'] }),
  ])
    expect(codes(one), JSON.stringify(one)).toEqual([]);
});

test('what is gone is named with its slot, and the message says what there is', () => {
  expect(codes(widget('kpi', { value: 'flow.value' }))).toEqual(['output-gone value']);
  expect(codes(widget('kpi', { value: 'pressure.mean' }))).toEqual(['column-gone value']);
  expect(codes(widget('control', { form: 'form:speed' }))).toEqual(['form-gone form']);
  expect(checkWidget('main', widget('kpi', { value: 'pressure.mean' }), shown)[0]?.message.en).toContain('value, why');
});

test('what does not fit, and what is missing', () => {
  expect(codes(widget('gantt', { plan: 'pressure.value' }))).toEqual(['slot-type plan']);
  expect(codes(widget('kpi', { value: 'plan' }))).toEqual(['slot-type value']);
  expect(codes(widget('trend', { line1: 'pressure.why' }))).toEqual(['slot-type line1']);
  expect(codes(widget('kpi', {}))).toEqual(['slot-empty value']);
  expect(codes(widget('trend', {}))).toEqual(['slot-empty line']);
  expect(codes(widget('kpi', { value: 'pressure.value' }, { low: 8, high: 6 }))).toEqual(['limits-crossed']);
  expect(codes(widget('hologram', {}))).toEqual(['unknown-kind']);
  expect(codes({ ...widget('alarmlist', {}), at: { x: 10, y: 0, w: 3, h: 3 } })).toEqual(['off-grid']);
});

test('every kind fits the grid as it begins, and all its words are in both languages', () => {
  expect(new Set(WIDGETS.map((one) => one.kind)).size, 'each kind once').toBe(WIDGETS.length);
  for (const kind of WIDGETS) {
    expect(kind.size.w).toBeLessThanOrEqual(12);
    expect(kind.least.w).toBeLessThanOrEqual(kind.size.w);
    for (const [name, schema] of Object.entries(kind.options.properties ?? {})) {
      const words = schema['x-millwright'] as { title?: { en: string; zh: string } } | undefined;
      expect(words?.title?.en && words.title.zh, `${kind.kind}.${name}`).toBeTruthy();
    }
  }
});
