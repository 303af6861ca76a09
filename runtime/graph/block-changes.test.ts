import { expect, test } from 'vitest';
import { blockChanges } from './block-changes.ts';
import type { BlockManifest } from './manifest.ts';
import { newestFirst } from './versions.ts';

const base: BlockManifest = {
  ...{
    id: 'acme/press.tonnage',
    version: '1.0.0',
    title: { en: 'Tonnage', zh: '吨位' },
    summary: { en: 'x', zh: 'x' },
    icon: 'x',
  },
  params: { type: 'object', properties: { limit: { type: 'number', default: 10 }, old: { type: 'number' } } },
  ...{ shape: 'each', inputs: { in: { kind: 'stream', columns: { value: { type: 'number' } } } }, outputs: {} },
  ...{ optionalInputs: [], delays: false, state: { n: { kind: 'i32', init: 0 } }, stateScope: 'key', stateVersion: 1 },
  ...{ carry: 'all', badQuality: 'propagate', capabilities: [] },
};

test('the newest version is the highest by numbers', () => {
  expect(['1.9.0', '1.10.0', '1.9.12', '2.0.0'].sort(newestFirst)).toEqual(['2.0.0', '1.10.0', '1.9.12', '1.9.0']);
});

test('what is different between two versions, in both languages', () => {
  const to: BlockManifest = {
    ...base,
    version: '1.2.0',
    changes: {
      '1.0.0': { en: 'First.', zh: '首版。' },
      '1.1.0': { en: 'Counts strokes.', zh: '统计冲次。' },
      '1.2.0': { en: 'Writes.', zh: '可写入。' },
    },
    params: {
      type: 'object',
      properties: {
        limit: { type: 'number', default: 12, 'x-millwright': { title: { en: 'Limit', zh: '限值' } } },
        role: { type: 'string' },
      },
      required: ['role'],
    },
    outputs: { out: { kind: 'stream', columns: { value: { type: 'number' } } } },
    stateVersion: 2,
    capabilities: ['tag.write'],
  };
  const changes = blockChanges(base, to);
  expect(changes.map((c) => c.text.en)).toEqual([
    'Writes.',
    'Counts strokes.',
    '“Limit” is 12 unless given; it was 10.',
    'Parameter “old” is gone.',
    'New parameter “role” must be given.',
    'New output “out”.',
    'Asks for more: tag.write.',
    'Its state has another form: it is converted where the block can, else it begins anew.',
  ]);
  for (const { text } of changes) expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
  expect(blockChanges(base, { ...base, version: '1.0.1' }).map((c) => c.kind)).toEqual(['state']);
});
