/** Whoever uses a device, it sees one client: two apps, people who browse and test, and two gateways. */
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { Door } from '#blocks/connectors/door.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import { connectionRequest, installation, instance } from '#drizzle/schema/index.ts';
import { ORG } from './fixture.testing.ts';
import { modbusDevice, opcuaDevice, stationWith } from './station.testing.ts';

vi.setConfig({ testTimeout: 120_000 });

const behindDoor = async (port: number) => {
  const door = new Door(await freePort(), { port, host: '127.0.0.1' });
  await door.open();
  return door;
};
async function modbusBehindDoor() {
  const made = await modbusDevice();
  const door = await behindDoor(made.device.port);
  return { ...made, door, settings: { ...made.settings, port: door.port, timeoutMs: 10_000 }, sessions: () => door.accepted };
}
async function opcuaBehindDoor() {
  const made = await opcuaDevice();
  const door = await behindDoor(made.device.port);
  const settings = { ...made.settings, endpoint: `opc.tcp://127.0.0.1:${door.port}` };
  return { ...made, door, settings, sessions: () => made.device.sessions };
}

test.each([
  ['modbus-tcp', () => stationWith(modbusBehindDoor)],
  ['opcua', () => stationWith(opcuaBehindDoor)],
] as const)('%s: two apps, browsing and testing share one session', async (_name, make) => {
  await using s = await make();
  const [first] = await s.db.select().from(instance).where(eq(instance.id, s.instanceId));
  const [app] = await s.db
    .insert(installation)
    .values({
      orgId: ORG,
      name: { en: 'Second', zh: '第二个' },
      versionId: first?.versionId ?? '',
      grants: [{ capability: 'tag.write', by: 'owner', at: '2026-01-01' }],
    })
    .returning();
  const [second] = await s.db
    .insert(instance)
    .values({ orgId: ORG, installationId: app?.id ?? '', versionId: first?.versionId ?? '', key: 'C-101', bindings: {} })
    .returning();
  s.gateway('one');
  s.gateway('two');
  await until('live', async () => (await s.status(s.id)).state === 'live', 60_000);
  // both apps ask of the same machine, in turns: each act is made on the one session
  for (const [value, instanceId] of [
    [6.5, s.instanceId],
    [7.5, second?.id],
    [8.5, s.instanceId],
  ] as const) {
    expect(await s.write({ value }, { instanceId, deadline: new Date(Date.now() + 20_000) })).toMatchObject({ ok: true, value });
    expect(s.has()).toBeCloseTo(value, 6);
  }
  const asked = (['browse', 'test', 'test'] as const).map((kind) => ({
    orgId: ORG,
    connectionId: s.id,
    kind,
    request: kind === 'browse' ? { path: '' } : {},
    deadline: new Date(Date.now() + 20_000),
  }));
  await s.db.insert(connectionRequest).values(asked);
  await s.sql`select pg_notify('connections', ${s.id})`;
  await until('all are answered', async () =>
    (await s.db.select().from(connectionRequest)).every(({ answeredAt }) => answeredAt !== null),
  );
  expect(s.sessions()).toBe(1);
  expect(s.door.accepted).toBe(1);
  await s.door.shut();
});
