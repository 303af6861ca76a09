/** A real OPC UA server with so many numbers in one folder, for what is measured and proved with many of them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, type UAVariable } from 'node-opcua';

/** `ns=1;s=v0` and on, Doubles, below this folder. */
export const FOLDER = 'ns=1;s=Machines';

/** Anonymous, on an open line. Each value given to a variable is one change that subscriptions bring. */
export async function manyVariables(port: number, count: number): Promise<readonly UAVariable[]> {
  const manager = new OPCUACertificateManager({
    rootFolder: mkdtempSync(join(tmpdir(), 'mw-many-')),
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
  const variables = Array.from({ length: count }, (_, i) =>
    own.addVariable({
      organizedBy: folder,
      browseName: `v${i}`,
      nodeId: `s=v${i}`,
      dataType: 'Double',
      minimumSamplingInterval: 0,
      value: { dataType: DataType.Double, value: 0 },
    }),
  );
  await server.start();
  return variables;
}
