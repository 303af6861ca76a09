// An OPC UA server with so many variables in one folder; says when it is ready.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy } from 'node-opcua';

const [port = 0, nodes = 0] = process.argv.slice(2).map(Number);
const manager = new OPCUACertificateManager({
  rootFolder: mkdtempSync(join(tmpdir(), 'mw-nodes-')),
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
const folder = own.addFolder(space.rootFolder.objects, { browseName: 'Machines', nodeId: 's=Machines' });
for (let i = 0; i < nodes; i++)
  own.addVariable({
    organizedBy: folder,
    browseName: `v${i}`,
    nodeId: `s=v${i}`,
    dataType: 'Int32',
    value: { dataType: DataType.Int32, value: i },
  });
await server.start();
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
