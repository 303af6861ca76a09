import { expect, test } from 'vitest';
import type { FollowedValue } from '#blocks/sdk/connector.ts';
import { parsePoints } from '../published/points.ts';
import { parsePoint } from './address.ts';
import { NodeVoice } from './node.ts';

const points = parsePoints('Cabinet = a\nPress 3#Speed = b', parsePoint);
const good = (name: string): FollowedValue => ({ name, type: 'number', value: 1, quality: 0, time: 1 });

test('one sequence of the node and its devices runs 0 to 255 and begins again; a birth begins it anew (6.4.30)', () => {
  const voice = new NodeVoice(points, good);
  const seqs = voice.births(0, 1).map((out) => out.payload.seq);
  for (let i = 0; i < 300; i++) seqs.push(...voice.changes(new Set([i % 2 ? 'a' : 'b']), 1).map((out) => out.payload.seq));
  expect(seqs).toEqual(Array.from({ length: 302 }, (_, i) => i % 256));
  expect(voice.births(0, 1).map((out) => out.payload.seq)).toEqual([0, 1]);
});

test('several news of a device are one message; what is uncertain is not called good', () => {
  const voice = new NodeVoice(points, (name) => ({ ...good(name), quality: name === 'a' ? 0x44 : 0 }));
  voice.births(0, 1);
  const out = voice.changes(new Set(['a', 'b']), 1);
  expect(out.map(({ kind, payload }) => [kind, payload.metrics.map((m) => m.properties?.Quality)])).toEqual([
    ['NDATA', [500]],
    ['DDATA', [192]],
  ]);
});

test.each(['', '#x', 'a/b#x', 'a#', 'bdSeq', 'Node Control/Rebirth', 'a#Device Control/Reboot'])('“%s” is no metric', (text) =>
  expect(parsePoint(text).ok).toBe(false),
);
