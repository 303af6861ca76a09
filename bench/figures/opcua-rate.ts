/** Ten thousand samples a second and more through OPC UA: server, gateway, committed entries of the log. */
import { freePort } from '#blocks/connectors/suite.ts';
import { connectorRate } from '../connector-rate.ts';

export default {
  name: 'opcua-rate',
  async run() {
    const port = await freePort();
    return connectorRate({
      protocol: 'OPC UA',
      connector: 'opcua',
      settings: { endpoint: `opc.tcp://127.0.0.1:${port}`, security: 'none' },
      port,
      address: (variable) => `ns=1;s=v${variable}`,
      machine: 'opcua-machine',
      tellsState: true,
      most: 30_000,
      how: 'one subscription to a node-opcua server, acknowledged when committed',
    });
  },
};
