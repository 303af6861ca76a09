import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asset, audit, connection, tag, trustedCertificate } from '#drizzle/schema/index.ts';
import type { TestDatabase } from '#drizzle/seed/test-database.ts';
import { as, both, code, inTenant, OWN, one, openWorld, STRANGER, type World } from '../operate/fixture.testing.ts';
import { addTags } from '../sources/add-tags.ts';
import { askConnection } from '../sources/ask-connection.ts';
import { decideCertificate, listCertificates, listConnections } from '../sources/list-connections.ts';
import { deleteConnection, saveConnection, setEnabled } from '../sources/save-connection.ts';
import { readPlant } from './read-plant.ts';
import { deleteAsset, saveAsset } from './save-asset.ts';
import { deleteTag, saveTag, saveTagInput } from './save-tag.ts';

/** As the owner and as a stranger: what each may see and change. */
let open: Awaited<ReturnType<typeof openWorld>>;
let test: TestDatabase;
let world: World;
const _lastControl = () => open.lastControl();
const audited = (orgId?: string) => open.audited(orgId);
beforeAll(async () => {
  open = await openWorld();
  ({ test, world } = open);
});
afterAll(() => open.close());

describe('plant', () => {
  it('assets: unique codes, levels in order, no circles, nothing deleted that is used', async () => {
    const make = (more: Partial<Parameters<typeof saveAsset>[2]>, actor = OWN) =>
      as(actor, (tx, a) =>
        saveAsset(tx, a, {
          parentId: null,
          level: 'site',
          code: 'S',
          name: both('S'),
          assetClass: null,
          timeZone: null,
          ...more,
        }),
      );
    const site = await make({ timeZone: 'Asia/Shanghai' });
    const line = await make({ level: 'line', code: 'L', parentId: site.id });
    expect(await code(make({ code: 'S' }))).toBe('plant.code-taken');
    expect(await code(make({ level: 'site', code: 'S2', parentId: line.id }))).toBe('plant.level');
    expect(await code(make({ id: site.id, level: 'asset', parentId: line.id }))).toBe('plant.circle');
    expect(await code(make({ code: 'Z', timeZone: 'Mars/Olympus' }))).toBe('plant.zone');
    expect(await code(make({ code: 'X', level: 'asset', parentId: site.id }, STRANGER))).toBe('access.not-found');
    expect(await code(make({ id: site.id, code: 'Q' }, STRANGER))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteAsset(tx, a, { id: site.id })))).toBe('plant.asset-used');
    expect(await code(as(STRANGER, (tx, a) => deleteAsset(tx, a, { id: line.id })))).toBe('access.not-found');
    await as(OWN, (tx, a) => deleteAsset(tx, a, { id: line.id }));
    expect((await as(STRANGER, (tx, a) => readPlant(tx, a.orgId))).assets).toEqual([]);
    expect(await test.db.select().from(asset).where(eq(asset.code, 'L'))).toEqual([]);
  });

  it('tags: units, ranges, names; a bound tag stays', async () => {
    const save = (more: Record<string, unknown>, actor = OWN) =>
      as(actor, (tx, a) => saveTag(tx, a, tagInput({ assetId: world.placeId, ...more })));
    const { id } = await save({ name: 'T1', unit: '[degF]', low: 0, high: 300 });
    expect(await code(save({ name: 'T2', unit: 'furlongs' }))).toBe('plant.unit');
    expect(await code(save({ name: 'T2', low: 2, high: 1 }))).toBe('plant.range');
    expect(await code(save({ name: 'T1' }))).toBe('plant.tag-taken');
    expect(await code(save({ name: 'T1' }, STRANGER))).toBe('access.not-found');
    expect(await code(save({ id, name: 'T1' }, STRANGER))).toBe('access.not-found');
    expect(await code(as(STRANGER, (tx, a) => deleteTag(tx, a, { id })))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteTag(tx, a, { id: world.tagId })))).toBe('plant.tag-used');
    await as(OWN, (tx, a) => deleteTag(tx, a, { id }));
    expect(await audited()).toEqual(expect.arrayContaining(['tag.create', 'tag.delete', 'asset.create', 'asset.delete']));
  });
});

describe('sources', () => {
  const settings = { host: '127.0.0.1', port: 1502 };
  it('settings are checked by the connector, secrets sealed and never shown, certificates decided by a person', async () => {
    const save = (more: Record<string, unknown>, actor = OWN) =>
      as(actor, (tx, a) => saveConnection(tx, a, { name: 'PLC', connector: 'modbus-tcp', settings, simulated: false, ...more }));
    const { id } = await save({});
    expect(await code(save({ name: 'PLC' }))).toBe('source.name-taken');
    expect(await code(save({ name: 'P2', connector: 'telnet' }))).toBe('source.connector-unknown');
    expect(await code(save({ name: 'P2', settings: { host: '', port: 99_999 } }))).toBe('input.invalid');
    expect(await code(save({ id, connector: 'mqtt', settings: { host: 'x' } }))).toBe('source.connector-fixed');
    expect(await code(save({ id }, STRANGER))).toBe('access.not-found');
    const broker = await save({
      name: 'Broker',
      connector: 'mqtt',
      settings: { host: 'broker' },
      secrets: { password: 'very secret' },
    });
    const list = await as(OWN, (tx, a) => listConnections(tx, a.orgId));
    expect(list.map((c) => [c.name, c.hasSecrets])).toEqual([
      ['Broker', true],
      ['PLC', false],
    ]);
    const everywhere = JSON.stringify([
      list,
      await test.db.select().from(connection),
      await test.db.select().from(audit),
      await test.sql`select * from secret`,
    ]);
    expect(everywhere).not.toContain('very secret');
    expect(await as(STRANGER, (tx, a) => listConnections(tx, a.orgId))).toEqual([]);

    const certificate = one(
      await test.db
        .insert(trustedCertificate)
        .values({ orgId: OWN.orgId, connectionId: id, fingerprint: 'ab', subject: 'CN=plc', pem: '-' })
        .returning(),
    );
    expect(await as(STRANGER, (tx, a) => listCertificates(tx, a.orgId, { connectionId: id }))).toEqual([]);
    expect(await code(as(STRANGER, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true })))).toBe(
      'access.not-found',
    );
    await as(OWN, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true }));
    expect(await code(as(OWN, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true })))).toBe(
      'source.certificate-decided',
    );

    const found = tagInput({ assetId: world.placeId, name: 'Reg', address: '3/holding/100:float32' });
    const { ids } = await as(OWN, (tx, a) => addTags(tx, a, { connectionId: id, tags: [found] }));
    expect(ids).toHaveLength(1);
    const wrong = { ...found, name: 'Reg2', address: 'DB1.DBW0' };
    expect(await code(as(OWN, (tx, a) => addTags(tx, a, { connectionId: id, tags: [{ ...found, name: 'Reg3' }, wrong] })))).toBe(
      'source.address',
    );
    expect(await test.db.select().from(tag).where(eq(tag.name, 'Reg3'))).toEqual([]);
    expect(await code(as(STRANGER, (tx, a) => addTags(tx, a, { connectionId: id, tags: [found] })))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteConnection(tx, a, { id })))).toBe('source.used');
    expect(await code(as(STRANGER, (tx, a) => deleteConnection(tx, a, { id })))).toBe('access.not-found');
    expect(await code(as(STRANGER, (tx, a) => setEnabled(tx, a, { id, enabled: false })))).toBe('access.not-found');
    await as(OWN, (tx, a) => setEnabled(tx, a, { id, enabled: false }));
    expect(await code(askConnection(inTenant(OWN), OWN.orgId, { connectionId: id, kind: 'test', request: {} }))).toBe(
      'source.off',
    );
    expect(await code(askConnection(inTenant(STRANGER), STRANGER.orgId, { connectionId: id, kind: 'test', request: {} }))).toBe(
      'access.not-found',
    );
    await as(OWN, (tx, a) => deleteConnection(tx, a, { id: broker.id }));
    expect(await test.sql`select from secret`).toHaveLength(0);
  });
});

const tagInput = (more: Record<string, unknown>) => saveTagInput.parse({ name: 'T', type: 'number', ...more });
