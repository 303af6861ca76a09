import { expect, it } from 'vitest';
import { tagRole } from '#runtime/graph/document.ts';
import { emptyGraph } from './edit.ts';
import { putRole } from './roles.ts';
import { roleOfTag } from './tag-role.ts';

const tag = {
  name: '空压站.总管压力',
  title: { en: 'Header pressure', zh: '总管压力' },
  signal: 'pressure.header',
  type: 'number',
  unit: '[psi]',
  low: 0,
  high: 150,
};

it('a tag becomes a role of its kind, unit and range', () => {
  const role = roleOfTag(emptyGraph(), tag);
  expect(role).toMatchObject({ name: 'pressure.header', unit: '[psi]', range: [0, 150], type: 'number' });
  const again = roleOfTag(putRole(role)(emptyGraph()), tag);
  expect(again.name).not.toBe(role.name);
  for (const one of [role, again, roleOfTag(emptyGraph(), { ...tag, signal: null, title: null, low: null })])
    expect(tagRole.safeParse(one).success).toBe(true);
});
