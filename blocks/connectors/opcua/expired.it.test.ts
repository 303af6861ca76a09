/** Certificates that are over, on real lines: the server's, the own one, and that of a client of the own server. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageSecurityMode, OPCUACertificateManager, OPCUAClient, SecurityPolicy, UserTokenType } from 'node-opcua';
import { expect, test, vi } from 'vitest';
import server from '../opcua-server/connector.ts';
import { freePort, TestHost } from '../suite.ts';
import connector from './connector.ts';
import { certificateUntil, OpcuaTestServer } from './server.testing.ts';

vi.setConfig({ testTimeout: 60_000 });
const YESTERDAY = new Date(Date.now() - 86_400_000);

test('a server whose certificate is over is not used, though a person trusts it: the day of its end is named', async () => {
  const host = new TestHost();
  const plant = new OpcuaTestServer(await freePort());
  plant.certificateUntil = YESTERDAY;
  await plant.start();
  try {
    const settings = connector.manifest.settings.parse({ endpoint: plant.endpoint, security: 'encrypt' });
    const failure = await connector.open(settings, { password: '' }, host).catch((error: unknown) => error);
    expect(failure).toMatchObject({ part: 'certificate', code: 'certificate.expired' });
    const day = YESTERDAY.toISOString().slice(0, 10);
    expect(failure).toMatchObject({ text: { en: expect.stringContaining(day), zh: expect.stringContaining(day) } });
    expect(plant.sessions).toBe(0);
  } finally {
    await plant.stop();
    await host.dispose();
  }
});

test('an own certificate that is over is replaced before it is shown, and the old one kept', async () => {
  const host = new TestHost();
  const pki = join(await host.folder(), 'pki');
  const manager = new OPCUACertificateManager({ rootFolder: pki, disableFileWatchers: true });
  await manager.initialize();
  const file = await certificateUntil(manager, 'urn:old:Millwright', YESTERDAY);
  await manager.dispose();
  const plant = new OpcuaTestServer(await freePort());
  await plant.start();
  try {
    const settings = connector.manifest.settings.parse({ endpoint: plant.endpoint, security: 'encrypt' });
    const session = await connector.open(settings, { password: '' }, host);
    const [read] = await session.read([{ address: 'ns=1;s=Air.Pressure', type: 'number' }]);
    expect(read?.value).toBe(7.25);
    await session.close();
    expect(new X509Certificate(await readFile(file)).validToDate.getTime()).toBeGreaterThan(Date.now() + 86_400_000);
    const kept = await readdir(join(pki, 'own', 'certs'));
    expect(kept).toContain(`client_certificate.pem.${YESTERDAY.toISOString().slice(0, 10)}`);
  } finally {
    await plant.stop();
    await host.dispose();
  }
});

test('the own server lets no client in whose certificate is over, also when a person trusts it', async () => {
  const host = new TestHost(); // trusts every certificate
  const port = await freePort();
  const settings = server.manifest.settings.parse({ port, signIn: 'certificate', shows: '*' });
  const session = await server.open(settings, { password: '' }, host);
  const folder = await mkdtemp(join(tmpdir(), 'mw-over-'));
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  });
  await manager.initialize();
  const signIn = async (until: Date) => {
    const applicationUri = 'urn:scada';
    const client = OPCUAClient.create({
      clientCertificateManager: manager,
      applicationUri,
      certificateFile: await certificateUntil(manager, applicationUri, until),
      privateKeyFile: manager.privateKey,
      securityMode: MessageSecurityMode.SignAndEncrypt,
      securityPolicy: SecurityPolicy.Basic256Sha256,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    });
    try {
      await client.connect(`opc.tcp://127.0.0.1:${port}`);
      await (await client.createSession({ type: UserTokenType.Anonymous })).close();
      return 'let in';
    } catch {
      return 'refused';
    } finally {
      await client.disconnect().catch(() => {}); // what was refused has no line
    }
  };
  try {
    expect(await signIn(YESTERDAY)).toBe('refused');
    expect(await signIn(new Date(Date.now() + 86_400_000))).toBe('let in');
    expect(host.certificates).toHaveLength(2);
  } finally {
    await manager.dispose();
    await session.close();
    await host.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});
