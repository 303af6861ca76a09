import { expect, it } from 'vitest';
import { ACCESS, type AccessRole, can, isRole, type Permission, ROLES } from './access.ts';

/** The whole table, written out: o owner, a admin, e engineer, p operator, v viewer, u auditor, b publisher, r reviewer. */
const TABLE: Readonly<Record<Permission, string>> = {
  'org.read': 'oaepvubr',
  'org.write': 'oa',
  'plant.read': 'oaepvu',
  'plant.write': 'oae',
  'source.read': 'oaepvu',
  'source.write': 'oae',
  'source.trust': 'oae',
  'app.read': 'oaepvub',
  'app.write': 'oaeb',
  'app.deploy': 'oae',
  'app.control': 'oaep',
  'operate.read': 'oaepvu',
  'operate.write': 'oaep',
  'alarm.read': 'oaepvu',
  'alarm.acknowledge': 'oaep',
  'alarm.shelve': 'oaep',
  'record.read': 'oaepvu',
  'record.work': 'oaep',
  'record.manage': 'oae',
  'record.approve': 'oae',
  'history.read': 'oaepvu',
  'history.export': 'oaepvu',
  'run.read': 'oaepvub',
  'run.start': 'oaeb',
  'market.read': 'oaepvubr',
  'market.install': 'oae',
  'publish.read': 'oaeub',
  'publish.write': 'oab',
  'review.read': 'ur',
  'review.decide': 'r',
  'members.read': 'oaepvubr',
  'members.write': 'oa',
  'keys.read': 'oa',
  'keys.write': 'oa',
  'secrets.write': 'oae',
  'channels.read': 'oaepvu',
  'channels.write': 'oae',
  'audit.read': 'oau',
};
const LETTERS: Readonly<Record<AccessRole, string>> = {
  owner: 'o',
  admin: 'a',
  engineer: 'e',
  operator: 'p',
  viewer: 'v',
  auditor: 'u',
  publisher: 'b',
  reviewer: 'r',
};

it('is exactly this table of roles and actions', () => {
  expect(Object.keys(ACCESS).sort()).toEqual(Object.keys(TABLE).sort());
  for (const permission of Object.keys(ACCESS) as Permission[])
    for (const role of ROLES)
      expect(can([role], permission), `${role} ${permission}`).toBe(TABLE[permission].includes(LETTERS[role]));
});

it('adds up several roles, and gives nothing to none or to an unknown one', () => {
  expect(can(['viewer', 'publisher'], 'publish.write')).toBe(true);
  expect(can([], 'org.read')).toBe(false);
  expect(isRole('root')).toBe(false);
});

it('lets nobody who only looks change anything', () => {
  const changing = (Object.keys(ACCESS) as Permission[]).filter((permission) => !/\.(read|export)$/.test(permission));
  for (const permission of changing)
    for (const role of ['viewer', 'auditor'] as const) expect(can([role], permission), permission).toBe(false);
});
