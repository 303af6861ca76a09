/** Connectors whose sessions are opened and closed, one for each round of the proof; slow ones last. */
export const NAMES = [
  'modbus-tcp',
  'modbus-server',
  'http',
  'mqtt',
  'sparkplug',
  'sparkplug-node',
  'mtconnect',
  'influx',
  'webhook',
  'file-drop',
  'sql: PostgreSQL',
  'sql: MariaDB',
  'opcua',
] as const;
