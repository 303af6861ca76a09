import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import {
  AttributeIds,
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  UserTokenType,
} from 'node-opcua';
import { expect, test, vi } from 'vitest';
import { freePort, until } from '#blocks/connectors/suite.ts';
import { verifyAudit } from '#drizzle/audit.ts';
import { audit, instance, latest, series, tag, trustedCertificate } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { MASTER_KEY, ORG } from './fixture.testing.ts';
import { station } from './station.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

test('an OPC UA server is held, judged and written through like every connection', async () => {
  await using s = await station();
  const port = await freePort();
  const secretId = await sealSecret(s.db, MASTER_KEY, ORG, 'server', JSON.stringify({ password: 'right' }));
  const id = await s.connect('opcua-server', { port, username: 'scada', shows: 'set*\n@C-*', writes: '*' }, { secretId });
  const [running] = await s.db.update(instance).set({ assetId: s.assetId }).returning();
  const key = running?.key ?? '';
  const [computed] = await s.db
    .insert(series)
    .values({
      orgId: ORG,
      instanceId: running?.id ?? '',
      output: 'audit',
      column: 'power',
      key,
      type: 'number',
      unit: 'kW',
    })
    .returning();
  const now = { orgId: ORG, time: Date.now(), quality: 0, origin: 'measured' };
  await s.db.insert(latest).values([
    { ...now, tagId: s.setpoint, value: 7 },
    { ...now, tagId: computed?.id ?? 0, value: 55.5 },
  ]);
  s.gateway('one');
  await until('it serves', async () => (await s.status(id)).code === 'published', 30_000);
  expect(await s.status(id)).toMatchObject({ state: 'live', reason: 'Shows 2 variables; clients connected: 0.', holder: 'one' });

  const manager = new OPCUACertificateManager({
    rootFolder: join(s.dataFolder, 'client'),
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const connect = async () => {
    const client = OPCUAClient.create({
      clientCertificateManager: manager,
      securityMode: MessageSecurityMode.SignAndEncrypt,
      securityPolicy: SecurityPolicy.Basic256Sha256,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    });
    try {
      await client.connect(`opc.tcp://127.0.0.1:${port}`);
      const session = await client.createSession({ type: UserTokenType.UserName, userName: 'scada', password: 'right' });
      return { client, session };
    } catch (error) {
      await client.disconnect().catch(() => {});
      throw error;
    }
  };
  await expect(connect()).rejects.toThrow();
  const [seen] = await s.db.select().from(trustedCertificate).where(eq(trustedCertificate.connectionId, id));
  expect(seen).toMatchObject({ orgId: ORG, state: 'pending' });
  await s.db.update(trustedCertificate).set({ state: 'trusted', decidedBy: 'a person' });
  const { client, session } = await connect();
  const value = async (name: string) =>
    (await session.read({ nodeId: `ns=1;s=${name}`, attributeId: AttributeIds.Value })).value.value;
  const write = async (name: string, wanted: number) =>
    (
      await session.write({
        nodeId: `ns=1;s=${name}`,
        attributeId: AttributeIds.Value,
        value: { value: { dataType: DataType.Double, value: wanted } },
      })
    ).name;
  expect(await value('setpoint')).toBe(7);
  expect(await value(`@${key}/audit.power`)).toBe(55.5);
  expect(await write('setpoint', 8)).toBe('Good');
  expect(s.device.words.get('1/holding/0'), 'tenths of a bar').toBe(80);
  expect(await write('setpoint', 12)).toBe('BadOutOfRange');
  expect(await write(`@${key}/audit.power`, 1)).toBe('BadNotWritable');
  expect(s.device.words.get('1/holding/0')).toBe(80);
  expect((await s.db.select().from(audit)).map(({ actor, action, target }) => ({ actor, action, target }))).toEqual([
    { actor: 'opcua:scada', action: 'tag.write', target: `tag:${s.setpoint}` },
    { actor: 'opcua:scada', action: 'tag.write-refused', target: `tag:${s.setpoint}` },
  ]);
  expect(await verifyAudit(s.db, ORG)).toMatchObject({ ok: true, entries: 2 });
  await until('the client is counted', async () => /connected: 1/.test((await s.status(id)).reason ?? ''), 15_000);

  await s.db.update(tag).set({ access: 'r', updatedAt: new Date() }).where(eq(tag.id, s.setpoint));
  await until('it may not be written any more', async () => (await write('setpoint', 8)) === 'BadNotWritable', 15_000);
  await session.close();
  await client.disconnect();
  await manager.dispose();
});
