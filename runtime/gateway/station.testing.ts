import { and, eq } from 'drizzle-orm';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import type { ResolvedWrite } from '#drizzle/schema/app.ts';
import { appVersion, effect, installation, instance } from '#drizzle/schema/index.ts';
import { ORG, plantFixture } from './fixture.testing.ts';

/** A set-point register in tenths of a bar, 5.5 to 9 bar, beside a running flag. */
export async function station() {
  const plant = await plantFixture();
  const device = new ModbusServer(await freePort());
  device.words.set('1/holding/0', 70);
  device.words.set('1/coil/0', 1);
  await device.start();
  const id = await plant.connect('modbus-tcp', { host: '127.0.0.1', port: device.port, timeoutMs: 300 });
  const setpoint = await plant.tag(id, '1/holding/0:uint16', {
    name: 'setpoint',
    unit: 'bar',
    gain: 0.1,
    low: 5.5,
    high: 9,
    access: 'rw',
  });
  const running = await plant.tag(id, '1/coil/0', { name: 'running', type: 'boolean' });
  const { db } = plant;
  const version = { orgId: ORG, name: { en: 'App', zh: '应用' }, version: '1.0.0', graph: '{}', graphHash: 'x', screens: [] };
  const [release] = await db.insert(appVersion).values(version).returning();
  const [installed] = await db
    .insert(installation)
    .values({
      orgId: ORG,
      name: version.name,
      versionId: release?.id ?? '',
      grants: [{ capability: 'tag.write', by: 'owner', at: '2026-01-01' }],
    })
    .returning();
  const [running1] = await db
    .insert(instance)
    .values({ orgId: ORG, installationId: installed?.id ?? '', versionId: release?.id ?? '', key: 'C-101', bindings: {} })
    .returning();
  let step = 0;
  const ask = async (resolved: Partial<ResolvedWrite> & { value: number }, more: Partial<typeof effect.$inferInsert> = {}) => {
    const key = { shardId: 1, step: ++step, ordinal: 0 };
    await db.insert(effect).values({
      ...key,
      orgId: ORG,
      instanceId: running1?.id ?? '',
      node: 'write',
      key: 'C-101',
      kind: 'tag.write',
      request: {},
      resolved: { tagId: setpoint, tolerance: 0.01, preconditions: [], ...resolved },
      deadline: new Date(Date.now() + 5000),
      ...more,
    });
    await plant.sql`select pg_notify('effects', ${ORG})`;
    return async () => {
      const [row] = await db
        .select()
        .from(effect)
        .where(and(eq(effect.shardId, 1), eq(effect.step, key.step)));
      return row;
    };
  };
  const write = async (...asked: Parameters<typeof ask>) => {
    const find = await ask(...asked);
    await until('an answer', async () => (await find())?.answer !== null, 12_000);
    const done = await find();
    return { status: done?.status, ...done?.answer };
  };
  const interlock = (expression: string, maxAge = 2000): Pick<ResolvedWrite, 'preconditions'> => ({
    preconditions: [
      {
        node: 'lock',
        expression,
        maxAge,
        values: { running: { tagId: running, gain: 1, offset: 0 }, now: { tagId: setpoint, gain: 14.503773773, offset: 0 } },
      },
    ],
  });
  return {
    ...plant,
    device,
    id,
    setpoint,
    running,
    /** Asks for a write; what comes back reads its row. */
    ask,
    /** Asks, and waits for the answer. */
    write,
    interlock,
    installed,
    [Symbol.asyncDispose]: async () => {
      await plant[Symbol.asyncDispose]();
      await device.stop();
    },
  };
}
