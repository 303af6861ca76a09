import { expect, test } from 'vitest';
import type { NumberedEffect } from '#runtime/step/take-step.ts';
import { type Bound, resolveAct } from './resolve-act.ts';

const tag = (id: number, unit: string, connectionId = 'c1') => ({
  id,
  unit,
  name: `tag ${id}`,
  assetId: 'asset',
  connectionId,
  type: 'number',
});
const guards = [{ node: 'guard', expression: 'a < 8.5', roles: { a: { role: 'pressure', unit: 'bar' } }, maxAge: 30_000 }];
const bound = (more: Partial<Bound> = {}): Bound => ({
  tags: {
    pressure: tag(1, '[psi]'),
    setpoint: tag(2, '[psi]'),
    flow: tag(3, 'm3/h'),
    far: tag(4, 'bar', 'c2'),
    twin: tag(2, '[psi]'),
  } as never,
  preconditions: { act: guards },
  unitOf: () => 'bar',
  // 1 psi = 0.06894757293168 bar, by definition of the pound-force and the inch
  converted: (one, unit) => ({ gain: one.unit === '[psi]' && unit === 'bar' ? 0.068_947_572_931_68 : 1, offset: 0 }),
  ...more,
});
const effect = { node: 'act', key: 'k' } as NumberedEffect;
const recipe = (...values: object[]) => ({
  recipe: 'A',
  version: '1',
  deadline: 60,
  values: values.map((v) => ({ tolerance: 0.1, unit: '', ...v })),
});

test('a recipe in the units of the tags, with the guard’s conditions over tags', () => {
  const made = resolveAct(effect, 'recipe.download', recipe({ role: 'setpoint', value: 7, unit: 'bar' }), bound());
  expect(made).toMatchObject({
    tagId: 2,
    preconditions: [{ node: 'guard', values: { a: { tagId: 1, gain: 0.068_947_572_931_68 } } }],
    values: [{ role: 'setpoint', tagId: 2, value: expect.closeTo(101.526_416, 5), tolerance: expect.closeTo(1.450_377, 5) }],
  });
});

test.each([
  ['no interlock before it', 'unguarded', 'recipe.download', recipe({ role: 'setpoint', value: 7 }), { preconditions: {} }],
  [
    'no interlock before a method',
    'unguarded',
    'command.send',
    { role: 'setpoint', method: 'Start', arguments: [] },
    { preconditions: {} },
  ],
  ['no interlock before a write', 'unguarded', 'tag.write', { role: 'setpoint', value: 7 }, { preconditions: {} }],
  ['a role without a tag', 'role-unbound', 'recipe.download', recipe({ role: 'nobody', value: 7 }), {}],
  [
    'an interlock without its tag',
    'guard-unbound',
    'tag.write',
    { role: 'setpoint', value: 7 },
    { preconditions: { act: [{ ...guards[0], roles: { a: { role: 'gone' } } }] } },
  ],
  [
    'tags of two connections',
    'recipe-scattered',
    'recipe.download',
    recipe({ role: 'setpoint', value: 7 }, { role: 'far', value: 7 }),
    {},
  ],
  [
    'one tag for two parameters',
    'recipe-twice',
    'recipe.download',
    recipe({ role: 'setpoint', value: 7 }, { role: 'twin', value: 7 }),
    {},
  ],
  ['a unit of another kind', 'recipe-unit', 'recipe.download', recipe({ role: 'flow', value: 7, unit: 'bar' }), {}],
] as const)('%s: %s', (_what, code, kind, request, more) => {
  expect(resolveAct(effect, kind, request, bound(more as never))).toMatchObject({ code });
});

test('a sign of life and a claim need no guard', () => {
  const none = bound({ preconditions: {} });
  expect(resolveAct(effect, 'watchdog.beat', { role: 'setpoint', value: 3 }, none)).toMatchObject({
    tagId: 2,
    value: 3,
    tolerance: 0,
  });
  expect(resolveAct(effect, 'lease.take', { role: 'setpoint' }, none)).toMatchObject({ tagId: 2, assetId: 'asset' });
});
