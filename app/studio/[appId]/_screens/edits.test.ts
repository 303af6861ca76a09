import { expect, test } from 'vitest';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import { widgetKind } from '#runtime/graph/widgets.ts';
import {
  addBind,
  addScreen,
  addWidget,
  duplicateWidget,
  moveBind,
  moveScreen,
  nextScreenId,
  nextWidgetId,
  placeWidget,
  removeScreen,
  removeWidget,
  setBind,
  setOption,
  setWidgetTitle,
} from './edits.ts';
import { fits, kindFor, showables, slotFor, startWidget } from './suggest.ts';

const words = (en: string) => ({ en, zh: en });
const start: readonly ScreenDocument[] = [
  { id: 'main', title: words('Main'), widgets: [{ id: 'kpi', kind: 'kpi', bind: [], at: { x: 0, y: 0, w: 3, h: 3 } }] },
];
const only = (screens: readonly ScreenDocument[]) => screens[0]?.widgets ?? [];

test('widgets come to the first free place, or push away what lies where they are put', () => {
  const free = addWidget('main', { id: 'trend', kind: 'trend', bind: [] })(start);
  expect(only(free)[1]?.at).toEqual({ x: 3, y: 0, w: 8, h: 7 });
  const put = addWidget('main', { id: 'trend', kind: 'trend', bind: [] }, { x: 0, y: 0, w: 8, h: 7 })(start);
  expect(only(put).map(({ at }) => at.y)).toEqual([7, 0]);
});

test('moving is held within the grid and the least size; nothing to do is the same object', () => {
  const moved = placeWidget('main', 'kpi', { x: 11, y: -3, w: 1, h: 1 })(start);
  expect(only(moved)[0]?.at).toEqual({ x: 10, y: 0, w: 2, h: 2 });
  expect(placeWidget('main', 'kpi', { x: 0, y: 0, w: 3, h: 3 })(start)).toBe(start);
  expect(placeWidget('main', 'gone', { x: 0, y: 0, w: 3, h: 3 })(start)).toBe(start);
  expect(setOption('main', 'kpi', 'low', undefined)(start)).toBe(start);
  expect(removeWidget('main', 'gone')(start)).toBe(start);
});

test('what is taken away leaves nothing behind', () => {
  const titled = setOption('main', 'kpi', 'low', 2)(setWidgetTitle('main', 'kpi', words('Pressure'))(start));
  expect(only(titled)[0]).toMatchObject({ title: words('Pressure'), options: { low: 2 } });
  const back = setWidgetTitle('main', 'kpi', words(''))(setOption('main', 'kpi', 'low', undefined)(titled));
  expect(back).toEqual(start);
  const bound = setBind('main', 'kpi', 'value', { to: 'a.value' })(start);
  expect(setBind('main', 'kpi', 'value', undefined)(bound)).toEqual(start);
});

test('lines have slots of their own and an order', () => {
  const two = addBind('main', 'kpi', 'line', 'b.value')(addBind('main', 'kpi', 'line', 'a.value')(start));
  expect(only(two)[0]?.bind.map(({ slot }) => slot)).toEqual(['line1', 'line2']);
  const fewer = setBind('main', 'kpi', 'line1', undefined)(two);
  const again = addBind('main', 'kpi', 'line', 'c.value')(fewer);
  expect(new Set(only(again)[0]?.bind.map(({ slot }) => slot)).size).toBe(2);
  expect(only(moveBind('main', 'kpi', 'line2', -1)(two))[0]?.bind.map(({ to }) => to)).toEqual(['b.value', 'a.value']);
});

test('several screens, with names that nobody has', () => {
  const two = addScreen({ id: nextScreenId(start), title: words('Second'), widgets: [] })(start);
  expect(two.map(({ id }) => id)).toEqual(['main', 'screen']);
  expect(moveScreen('screen', -1)(two).map(({ id }) => id)).toEqual(['screen', 'main']);
  expect(moveScreen('screen', 1)(two)).toBe(two);
  expect(removeScreen('main')(two).map(({ id }) => id)).toEqual(['screen']);
  expect(only(duplicateWidget('main', 'kpi', 'kpi2')(start)).map(({ id, at }) => [id, at.x])).toEqual([
    ['kpi', 0],
    ['kpi2', 3],
  ]);
  expect(start[0] && nextWidgetId(start[0], 'kpi')).toBe('kpi2');
});

test('what the graph gives, and the widgets for it', () => {
  const all = showables({
    outputs: [
      { name: 'p', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, why: { type: 'text' } } } },
      { name: 'plan', schema: { kind: 'frame', columns: { from: { type: 'time' }, to: { type: 'time' } } } },
      { name: 'unknown' },
    ],
    forms: ['setpoint'],
  });
  expect(all.map(({ to, what }) => `${to} ${what}`)).toEqual([
    'p.value number',
    'p.why value',
    'plan table',
    'form:setpoint form',
  ]);
  expect(all.map(kindFor)).toEqual(['kpi', 'kpi', 'gantt', 'control']);
  const kpi = widgetKind('kpi');
  const [value, why, plan] = all;
  if (!kpi || !value || !why || !plan) throw new Error('the list is as above');
  const first = { ...startWidget(kpi, 'kpi', all, []), at: { x: 0, y: 0, w: 3, h: 3 } };
  expect(first.bind).toEqual([{ slot: 'value', to: 'p.value' }]);
  expect(startWidget(kpi, 'kpi2', all, [first]).bind, 'what nobody shows yet').toEqual([{ slot: 'value', to: 'p.why' }]);
  expect(fits('number', why)).toBe(false);
  const trend = { id: 't', kind: 'trend', bind: [], at: first.at };
  expect(slotFor(trend, value)).toEqual({ stem: 'line' });
  expect(slotFor(trend, plan)).toBeUndefined();
  expect(slotFor(first, value)).toBeUndefined();
});
