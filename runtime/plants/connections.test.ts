import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import mqtt from '#blocks/connectors/mqtt/connector.ts';
import opcua from '#blocks/connectors/opcua/connector.ts';
import sparkplug from '#blocks/connectors/sparkplug/connector.ts';
import { isUnit } from '#runtime/units/units.ts';
import { tagsOf } from './backfill.ts';
import { giveDevicesToken } from './broker.ts';
import { plantConnections } from './connections.ts';
import { PLANT_A_ASSETS } from './plant-a.ts';
import { PLANT_B_ASSETS } from './plant-b.ts';
import { plantPorts } from './ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'plants-'));
afterAll(() => rmSync(folder, { recursive: true }));
const connectors = { 'modbus-tcp': modbus, mqtt, opcua, sparkplug };

test('ports are chosen once, differ, and stay', async () => {
  const [first, second] = await Promise.all([plantPorts(folder), plantPorts(folder)]);
  expect(second).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(Object.values(first).length);
});

test('the token and the port are told to the devices', async () => {
  const address = await giveDevicesToken({ username: 'd-1', password: 'p' }, folder);
  expect(address).toEqual({ host: '127.0.0.1', port: (await plantPorts(folder)).broker, username: 'd-1', password: 'p' });
  const settings = (await plantConnections('a', folder)).find((connection) => connection.source === 'vibration-mqtt')?.settings;
  expect(settings).toMatchObject({ port: address.port, username: 'd-1' });
});

describe.each(['a', 'b'] as const)('plant %s', (plant) => {
  test('its connections have settings that their connectors take', async () => {
    for (const { connector, settings } of await plantConnections(plant, folder)) {
      const parsed = connectors[connector].manifest.settings.strict().safeParse(settings);
      expect(parsed.error?.issues ?? []).toEqual([]);
    }
  });

  test('every tag has an address of its connector, a unit, an asset, and a name of its own', async () => {
    const connections = await plantConnections(plant, folder);
    const assets = new Set((plant === 'a' ? PLANT_A_ASSETS : PLANT_B_ASSETS).map((asset) => asset.code));
    const tags = tagsOf(plant);
    expect(new Set(tags.map((tag) => tag.name)).size).toBe(tags.length);
    expect(new Set(tags.map((tag) => tag.address)).size).toBe(tags.length);
    for (const tag of tags) {
      const connection = connections.find((one) => one.source === tag.source);
      expect(connection, tag.name).toBeDefined();
      if (connection)
        expect(connectors[connection.connector].checkAddress(tag.address, tag.type), tag.name).toEqual({ ok: true });
      expect(tag.unit !== undefined && isUnit(tag.unit), tag.name).toBe(true);
      expect(assets.has(tag.asset), tag.name).toBe(true);
    }
  });
});
