import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testBlock, testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { collector } from '#runtime/replay/collect.ts';
import { buildInput, type NumberedEntry, startOf } from '#runtime/step/build-input.ts';
import block from './block.ts';

testBlock(import.meta.url);

const catalogue = testCatalogue([{ manifest: manifestOf(block as unknown as AnyBlock), params: block.params }]);
const compile = async (...params: Record<string, unknown>[]) => {
  const compiled = await compileGraph(
    {
      format: 1,
      nodes: params.map((one, i) => ({ id: `e${i}`, block: 'millwright/source.event', version: '1.0.0', params: one })),
      wires: [],
      outputs: params.map((_, i) => ({ name: `o${i}`, from: { node: `e${i}`, port: 'out' } })),
    },
    { catalogue },
  );
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message.en);
  return compiled.program;
};
const event = (seq: number, over: object): NumberedEntry => ({
  lane: 1,
  seq,
  entry: {
    kind: 'control',
    at: 1000 + seq,
    event: {
      ...{ type: 'event', id: `e${seq}`, kind: 'alarm', subject: 'C-101/limit', about: 'C-101', time: 500 + seq },
      ...{ action: 'condition', state: 'unack-active', data: { priority: 2 } },
      ...over,
    },
  },
});

test('says which events it takes, and is granted what reading is granted', async () => {
  const { info } = await compile({ kinds: ['alarm', 'record:order'], subject: 'C-*', own: true });
  expect(info.sources[0]).toMatchObject({ node: 'e0', event: { kinds: ['alarm', 'record:order'], subject: 'C-*', own: true } });
  expect(info.capabilities).toEqual(['record.read:order', 'tag.read']);
});

test('an event is a row of every node that takes it, and of no other', async () => {
  const program = await compile({ subject: 'C-101/*' }, { own: true }, { kinds: ['cycle'] });
  const plan = { shardId: 1, instanceId: 'i', key: 'C-101', info: program.info, bindings: [] };
  const entries = [
    event(1, { value: 7.5 }),
    event(2, { subject: 'C-101/other', action: 'acknowledge', state: 'ack-active' }),
    event(3, { subject: 'C-102/limit', about: 'C-102' }),
    event(4, { kind: 'cycle', subject: '压机 3' }),
  ];
  const { collected, take } = collector(program.info);
  const stepper = createLocalStepper(program);
  take(await stepper.step(buildInput(plan, startOf(program.info), entries).input));
  const rows = (name: string) => collected.outputs[name]?.map(({ time, key, values }) => [time, key, values.id, values.state]);
  expect(rows('o0')).toEqual([
    [501, 'C-101', 'e1', 'unack-active'],
    [502, 'C-101', 'e2', 'ack-active'],
  ]);
  expect(rows('o1')).toEqual(rows('o0'));
  expect(collected.outputs.o2?.map(({ values }) => values.subject)).toEqual(['压机 3']);
  const [first, second] = collected.outputs.o0 ?? [];
  expect(first?.values).toMatchObject({ kind: 'alarm', action: 'condition', asset: 'C-101', value: 7.5, data: { priority: 2 } });
  expect([first?.quality.value, second?.quality.value]).toEqual([0, 0x89]); // bad:missing
});

test.each([
  [{ kinds: [] }, 'kinds'],
  [{ kinds: ['Alarm!'] }, 'kinds'],
  [{ subject: '' }, 'subject'],
])('%j is refused', (params, path) => {
  expect(block.params.safeParse(params).error?.issues[0]?.path[0]).toBe(path);
});
