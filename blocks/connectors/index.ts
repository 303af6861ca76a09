import type { AnyConnector } from '#blocks/sdk/connector.ts';
import fileDrop from './file-drop/connector.ts';
import http from './http/connector.ts';
import influx from './influx/connector.ts';
import modbusServer from './modbus-server/connector.ts';
import modbusTcp from './modbus-tcp/connector.ts';
import mqtt from './mqtt/connector.ts';
import mtconnect from './mtconnect/connector.ts';
import opcua from './opcua/connector.ts';
import opcuaServer from './opcua-server/connector.ts';
import sparkplug from './sparkplug/connector.ts';
import sparkplugNode from './sparkplug-node/connector.ts';
import sql from './sql/connector.ts';
import webhook from './webhook/connector.ts';

/** Every connector with its driver: for the gateway. Screens use the cards of `blocks/catalogue`, which load no driver. */
const ALL: readonly AnyConnector[] = [
  opcua,
  opcuaServer,
  modbusTcp,
  modbusServer,
  mqtt,
  sparkplug,
  sparkplugNode,
  http,
  influx,
  webhook,
  sql,
  mtconnect,
  fileDrop,
];
export const connectors: ReadonlyMap<string, AnyConnector> = new Map(ALL.map((connector) => [connector.manifest.id, connector]));
