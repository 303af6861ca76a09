import { checkAddress as fileDrop } from '#blocks/connectors/file-drop/address.ts';
import { checkAddress as http } from '#blocks/connectors/http/address.ts';
import { checkAddress as influx } from '#blocks/connectors/influx/address.ts';
import { checkAddress as modbus } from '#blocks/connectors/modbus-tcp/address.ts';
import { checkAddress as mqtt } from '#blocks/connectors/mqtt/address.ts';
import { checkAddress as mtconnect } from '#blocks/connectors/mtconnect/address.ts';
import { checkAddress as opcua } from '#blocks/connectors/opcua/address.ts';
import { checkAddress as sparkplug } from '#blocks/connectors/sparkplug/address.ts';
import { checkAddress as sql } from '#blocks/connectors/sql/address.ts';
import { checkAddress as webhook } from '#blocks/connectors/webhook/address.ts';
import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';
import { failed } from './errors.ts';

/** The pure part of each connector: drivers stay in the gateway. */
const CHECKS: Readonly<Record<string, (address: string, type: TagValueType) => AddressCheck>> = {
  'file-drop': fileDrop,
  http,
  influx,
  'modbus-tcp': modbus,
  mqtt,
  mtconnect,
  opcua,
  sparkplug,
  sql,
  webhook,
};

/** Refuses an address that the connection's protocol does not know, with what would be right. */
export function checkTagAddress(connector: string, address: string, type: TagValueType): void {
  const result = CHECKS[connector]?.(address, type);
  if (result && !result.ok) throw failed('source.address', { address, why: result.message });
}
