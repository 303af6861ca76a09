import { expect, test } from 'vitest';
import { planGroups, TAGS_PER_LANE } from './lanes.ts';

const tags = (n: number, samplePeriodMs = 1000, laneId: number | null = null, from = 1) =>
  Array.from({ length: n }, (_, i) => ({ id: from + i, laneId, samplePeriodMs }));

test('tags of a period share lanes of at most 500', () => {
  const groups = planGroups([...tags(1200), ...tags(3, 100, null, 5000)], []);
  expect(groups.map(({ group, tagIds }) => [group, tagIds.length])).toEqual([
    ['1000ms/0', TAGS_PER_LANE],
    ['1000ms/1', TAGS_PER_LANE],
    ['1000ms/2', 200],
    ['100ms/0', 3],
  ]);
});
test('a tag keeps its lane; new ones fill what has room', () => {
  const groups = planGroups([...tags(499, 1000, 7), ...tags(2, 1000, null, 900)], [{ id: 7, scanGroup: '1000ms/0' }]);
  expect(groups).toEqual([
    { group: '1000ms/0', laneId: 7, tagIds: [900] },
    { group: '1000ms/1', laneId: undefined, tagIds: [901] },
  ]);
});
test('a lane of another connection is left', () => {
  expect(planGroups(tags(1, 1000, 99), [])).toEqual([{ group: '1000ms/0', laneId: undefined, tagIds: [1] }]);
});
