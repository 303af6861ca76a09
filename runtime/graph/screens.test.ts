import { expect, it } from 'vitest';
import { boundTo, readScreens } from './screens.ts';

const widget = (bind: unknown) => ({ id: 'a', kind: 'table', bind, at: { x: 0, y: 0, w: 4, h: 3 } });
const screens = (bind: unknown) => JSON.stringify([{ id: 'main', title: { en: 'Main', zh: '主画面' }, widgets: [widget(bind)] }]);

it('keeps the order in which lines and columns are listed', () => {
  const bind = [
    { slot: 'power', to: 'power.value' },
    { slot: 'flow', to: 'flow.value', title: { en: 'Flow', zh: '流量' } },
  ];
  const [screen] = readScreens(screens(bind));
  expect(screen?.widgets[0]?.bind).toEqual(bind);
});

it('reads what older packages wrote, in the order of their keys', () => {
  const [screen] = readScreens(screens({ power: 'power.value', flow: 'flow.value' }));
  const [first] = screen?.widgets ?? [];
  expect(first?.bind).toEqual([
    { slot: 'power', to: 'power.value' },
    { slot: 'flow', to: 'flow.value' },
  ]);
  expect(first && boundTo(first, 'flow')).toBe('flow.value');
});

it('says where a screen is not one', () => {
  expect(() => readScreens(screens([{ slot: 'value' }]))).toThrow(/bind/);
});
