import { and, eq } from 'drizzle-orm';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { OpcuaTestServer } from '#blocks/connectors/opcua/server.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import type { ResolvedWrite } from '#drizzle/schema/effect.ts';
import { appVersion, effect, installation, instance } from '#drizzle/schema/index.ts';
import { ORG, plantFixture } from './fixture.testing.ts';

/** A Modbus device: a set-point register in tenths of a bar, beside a running flag. */
export async function modbusDevice() {
  const device = new ModbusServer(await freePort());
  device.words.set('1/holding/0', 70);
  device.words.set('1/coil/0', 1);
  await device.start();
  return {
    device,
    connector: 'modbus-tcp',
    settings: { host: '127.0.0.1', port: device.port, timeoutMs: 300 },
    setpoint: '1/holding/0:uint16',
    running: '1/coil/0',
    gain: 0.1,
    /** What the device itself has, in bar. */
    has: () => (device.words.get('1/holding/0') ?? Number.NaN) / 10,
    /** From now on the device takes no more than this, in bar, whatever it is told. */
    clampTo(bar: number) {
      const { set } = device.words;
      device.words.set = (key, value) => set.call(device.words, key, key === '1/holding/0' ? Math.min(value, bar * 10) : value);
    },
    refuse: () => device.words.delete('1/holding/0'),
  };
}

/** The same in an OPC UA server, in hundredths. */
export async function opcuaDevice() {
  const device = new OpcuaTestServer(await freePort());
  let value = 700;
  let most = Number.POSITIVE_INFINITY;
  Object.defineProperty(device, 'setpoint', {
    get: () => value,
    set: (asked: number) => {
      value = Math.min(asked, most);
    },
  });
  await device.start();
  return {
    device,
    connector: 'opcua',
    settings: { endpoint: device.endpoint, security: 'none' },
    setpoint: 'ns=1;s=Air.Setpoint',
    running: 'ns=1;s=Air.On',
    gain: 0.01,
    has: () => value / 100,
    clampTo(bar: number) {
      most = bar * 100;
    },
    refuse() {
      device.refusing = true;
    },
  };
}

/** A set-point, 5.5 to 9 bar, beside a running flag, and an app that may write. */
export const station = () => stationWith(modbusDevice);

interface Device {
  readonly device: { start(): Promise<void>; stop(): Promise<void> };
  readonly connector: string;
  readonly settings: Record<string, unknown>;
  readonly setpoint: string;
  readonly running: string;
  readonly gain: number;
  has(): number;
  clampTo(bar: number): void;
  refuse(): void;
}
export async function stationWith<D extends Device>(make: () => Promise<D>) {
  const plant = await plantFixture();
  const made = await make();
  const id = await plant.connect(made.connector, made.settings);
  const setpoint = await plant.tag(id, made.setpoint, {
    name: 'setpoint',
    unit: 'bar',
    gain: made.gain,
    low: 5.5,
    high: 9,
    access: 'rw',
  });
  const running = await plant.tag(id, made.running, { name: 'running', type: 'boolean' });
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
    ...made,
    device: made.device as D['device'],
    id,
    setpoint,
    running,
    instanceId: running1?.id ?? '',
    /** Asks for a write; what comes back reads its row. */
    ask,
    /** Asks, and waits for the answer. */
    write,
    interlock,
    installed,
    [Symbol.asyncDispose]: async () => {
      await plant[Symbol.asyncDispose]();
      await made.device.stop();
    },
  };
}
