// An OPC UA server whose variables count: each change is one value that a subscription must bring.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DataType,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  StatusCodes,
  type UAVariable,
} from 'node-opcua';
import { machine, type ToMachine } from './values.ts';

const variables: UAVariable[] = [];
const turns = machine((from, to, next) => {
  const now = new Date();
  for (let i = from; i < to; i++)
    variables[i]?.setValueFromSource({ dataType: DataType.Double, value: next(i) }, StatusCodes.Good, now);
});

async function start(port: number, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-ua-'));
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const server = new OPCUAServer({
    port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    serverCertificateManager: manager,
    userCertificateManager: manager,
    securityModes: [MessageSecurityMode.None],
    securityPolicies: [SecurityPolicy.None],
    allowAnonymous: true,
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  if (!space) throw new Error('no address space');
  const own = space.getOwnNamespace();
  const folderNode = own.addFolder(space.rootFolder.objects, { browseName: 'Machines' });
  for (let i = 0; i < count; i++)
    variables.push(
      own.addVariable({
        organizedBy: folderNode,
        browseName: `v${i}`,
        nodeId: `s=v${i}`,
        dataType: 'Double',
        minimumSamplingInterval: 0,
        value: { dataType: DataType.Double, value: 0 },
      }),
    );
  await server.start();
  turns.of(count);
}

process.on('message', (message: ToMachine) => {
  if ('start' in message) void start(message.start.port, message.start.variables);
  else turns.spread(message.spread);
});
