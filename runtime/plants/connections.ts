import { brokerAddress } from './broker.ts';
import { PLANT_A_BROKER_NAME, SPARKPLUG_GROUP } from './plant-a.ts';
import { PLANT_B_UNIT } from './plant-b.ts';
import type { PlantSource } from './plant-tag.ts';
import { dataFolder, plantPorts } from './ports.ts';
import { STATION_PATH } from './station-server.ts';

/** A connection that the seed makes for a plant: tags of `source` belong to it. */
export interface PlantConnection {
  readonly source: PlantSource;
  readonly name: string;
  readonly connector: 'opcua' | 'modbus-tcp' | 'mqtt' | 'sparkplug';
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its secret is a device token of the platform's broker; else it has none. */
  readonly usesBroker: boolean;
}

/** Connections of a demo plant. Ask after `giveDevicesToken`, which fixes the broker's port. */
export async function plantConnections(plant: 'a' | 'b', folder: string = dataFolder()): Promise<readonly PlantConnection[]> {
  const ports = await plantPorts(folder);
  const loopback = (port: number) => ({ host: '127.0.0.1', port });
  if (plant === 'b') {
    const name = `空压站 PLC（站号 ${PLANT_B_UNIT}）`;
    return [{ source: 'plant-b-modbus', name, connector: 'modbus-tcp', settings: loopback(ports.plantB), usesBroker: false }];
  }
  const broker = brokerAddress(folder);
  const mqtt = { ...loopback(broker?.port ?? ports.broker), username: broker?.username ?? '' };
  return [
    {
      source: 'compressor-opcua',
      name: 'Compressor station',
      connector: 'opcua',
      settings: { endpoint: `opc.tcp://127.0.0.1:${ports.opcua}${STATION_PATH}`, security: 'encrypt' },
      usesBroker: false,
    },
    { source: 'pumps-modbus', name: 'Pump gateway', connector: 'modbus-tcp', settings: loopback(ports.pumps), usesBroker: false },
    {
      source: 'vibration-mqtt',
      name: 'Vibration sensors',
      connector: 'mqtt',
      settings: { ...mqtt, root: PLANT_A_BROKER_NAME },
      usesBroker: true,
    },
    {
      source: 'meters-sparkplug',
      name: 'Energy meters',
      connector: 'sparkplug',
      settings: { ...mqtt, group: SPARKPLUG_GROUP },
      usesBroker: true,
    },
  ];
}
