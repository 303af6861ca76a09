import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { defineBlock, f64, number, z } from '#blocks/sdk/index.ts';
import { testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { createLocalStepper } from './local-stepper.ts';
import { compile, document, row } from './short-graph.testing.ts';
import { buildStepInput } from './step-input.ts';

const source = testSource('test/source.value', { value: { type: 'number' } });
/** Gives the sum of what came when nothing has come for a second, and a random number beside it. */
function summing(stateVersion: number, field: string, migrate = '') {
  const block = defineBlock({
    id: 'state.idle',
    version: `${stateVersion}.0.0`,
    title: { en: 'x', zh: 'x' },
    summary: { en: 'x', zh: 'x' },
    icon: 'x',
    params: z.object({}),
    stateVersion,
    carry: 'none',
    input: { value: number() },
    output: { value: number(), random: number() },
    state: { [field]: f64() },
    each(_row, _s, _p, ctx) {
      ctx.wakeAt(ctx.now + 1_000);
    },
    onTimer: (_s, _p, ctx) => ({ value: 0, random: ctx.random() }),
  });
  const text = `export default {
    each(row, s, p, ctx) { s.${field} += row.value; ctx.wakeAt(ctx.now + 1000); },
    onTimer(s, p, ctx) { const value = s.${field}; s.${field} = 0; return { value, random: ctx.random() }; },
    ${migrate}
  };`;
  return { manifest: manifestOf(block), params: block.params, source: { text, bundled: false } };
}
const programOf = (version: number, field: string, migrate = '') =>
  compile(
    document({ s: ['test/source.value'], b: ['state.idle', {}, { version: `${version}.0.0` }] }, ['s.out>b.in'], ['out=b.out']),
    testCatalogue([source, summing(version, field, migrate)]),
  );

test('a timer that is set survives the migration of its block’s state, for each key, and so do its random numbers', async () => {
  const before = await programOf(1, 'sum');
  const after = await programOf(
    2,
    'total',
    'migrate(from, old) { return { total: old.sum * 10, seen: Object.keys(old).length }; }',
  );
  const rows = [row(0, 5), row(400, 6, { key: 'j' })];
  const old = createLocalStepper(before, { seed: 3 });
  const first = old.stepNow(buildStepInput(before.info, rows));
  const saved = old.saveNow();
  const migrated = createLocalStepper(after, { seed: 3 });
  migrated.loadNow(saved);
  // nothing came since: the tick is due when the old version had asked for it
  const wakeAt = first.wakeAt ?? 0;
  const tick = (stepper: typeof old, info: typeof before.info, clock: number) =>
    stepper.stepNow(buildStepInput(info, [{ clock }]));
  const undisturbed = tick(old, before.info, wakeAt);
  const one = tick(migrated, after.info, wakeAt);
  expect(one.outputs[0]).toMatchObject({ n: 1, key: ['k'], time: undisturbed.outputs[0]?.time });
  expect(one.outputs[0]?.columns[0]).toEqual(Float64Array.of(50));
  expect(one.outputs[0]?.columns[1]).toEqual(undisturbed.outputs[0]?.columns[1]);
  expect(one.wakeAt).toBe(undisturbed.wakeAt);
  const two = tick(migrated, after.info, one.wakeAt ?? 0);
  expect(two.outputs[0]?.columns[0]).toEqual(Float64Array.of(60));
  expect(two.wakeAt).toBeNull();
});

test('without a migration the state starts anew, and no timer of the old version fires', async () => {
  const before = await programOf(1, 'sum');
  const after = await programOf(2, 'total');
  const old = createLocalStepper(before);
  old.stepNow(buildStepInput(before.info, [row(0, 5)]));
  const anew = createLocalStepper(after);
  anew.loadNow(old.saveNow());
  expect(anew.stepNow(buildStepInput(after.info, [{ clock: 3_600_000 }]))).toMatchObject({ outputs: [], wakeAt: null });
});
