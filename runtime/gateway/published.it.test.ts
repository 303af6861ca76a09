import { expect, test } from 'vitest';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { freePort, TestHost, until } from '#blocks/connectors/suite.ts';
import { audit, latest } from '#drizzle/schema/index.ts';
import { ORG, plantFixture } from './fixture.testing.ts';

test('a panel reads and writes a tag of a PLC through the Modbus server; limits hold, and the audit names the panel', async () => {
  await using plant = await plantFixture();
  const device = new ModbusServer(await freePort());
  device.words.set('1/holding/10', 650);
  await device.start();
  const port = await freePort();
  const plc = await plant.connect('modbus-tcp', { host: '127.0.0.1', port: device.port });
  const tagId = await plant.tag(plc, '1/holding/10', { name: 'Setpoint', access: 'rw', low: 0, high: 1000 });
  // as the historian keeps it
  await plant.db.insert(latest).values({ tagId, orgId: ORG, time: Date.now(), value: 650, quality: 0, origin: 'measured' });
  const server = await plant.connect('modbus-server', {
    port,
    points: '7/holding/0:uint16 = Setpoint',
    writes: 'Set*',
    writers: '127.0.0.1',
  });
  plant.gateway('one');
  const host = new TestHost();
  const settings = modbus.manifest.settings.parse({ host: '127.0.0.1', port, timeoutMs: 10_000 });
  await until('the server listens', async () => (await plant.status(server)).state === 'live', 30_000);
  await until('the PLC is read', async () => (await plant.status(plc)).state === 'live', 30_000);
  const panel = await modbus.open(settings, {}, host);
  try {
    const read = async () => (await panel.read([{ address: '7/holding/0', type: 'number' }]))[0]?.value;
    expect(await read()).toBe(650);
    expect(await panel.write('7/holding/0', 720, 'number')).toMatchObject({ ok: true });
    expect(device.words.get('1/holding/10')).toBe(720);
    expect(await panel.write('7/holding/0', 5000, 'number')).toMatchObject({ ok: false, code: 'modbus.illegal-value' });
    expect(device.words.get('1/holding/10')).toBe(720);
    const told = await plant.db.select().from(audit);
    expect(told.map(({ action, target }) => [action, target])).toEqual([
      ['tag.write', `tag:${tagId}`],
      ['tag.write-refused', `tag:${tagId}`],
    ]);
    expect(JSON.stringify(told)).toContain('Modbus 127.0.0.1');
    await plant.db.update(latest).set({ value: 720, time: Date.now() });
    await until('the new value is shown', async () => (await read()) === 720);
  } finally {
    await panel.close();
    await device.stop();
  }
});
