import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import {
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type SessionContext,
  StatusCodes,
} from 'node-opcua';
import { ConnectorError, type ConnectorHost, messageOf } from '#blocks/sdk/connector.ts';
import { certificateFacts } from '../certificate.ts';
import type { ServerSettings } from './connector.ts';

/** Wrong passwords a minute, after which nobody signs in with one for the rest of it. */
const MOST_WRONG = 20;
const SESSIONS = 50;

export interface OpenServer {
  readonly server: OPCUAServer;
  close(): Promise<void>;
}

/** Starts the server: own key and certificate in the connection's folder, clients judged by the connection's list of certificates. */
export async function openServer(
  settings: ServerSettings,
  password: string,
  host: Pick<ConnectorHost, 'folder' | 'certificate' | 'log'>,
): Promise<OpenServer> {
  const folder = await host.folder();
  const own = new OPCUACertificateManager({ rootFolder: join(folder, 'pki'), disableFileWatchers: true });
  // no client signs in by a certificate of a person: this list stays empty
  const persons = new OPCUACertificateManager({ rootFolder: join(folder, 'persons'), disableFileWatchers: true });
  await own.initialize();
  await persons.initialize();
  judgeClients(own, settings.signIn, host);
  const wide = settings.host === '0.0.0.0' || settings.host === '::';
  const server = new OPCUAServer({
    host: settings.host,
    port: settings.port,
    ...(wide ? {} : { hostname: settings.host, alternateHostname: [settings.host] }),
    serverCertificateManager: own,
    userCertificateManager: persons,
    securityPolicies: [SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: settings.signIn === 'certificate',
    userManager: { isValidUser: passwords(settings.username, password) },
    maxConnectionsPerEndpoint: SESSIONS,
    serverCapabilities: { maxSessions: SESSIONS },
    buildInfo: { productName: 'Millwright', manufacturerName: 'Millwright' },
    serverInfo: { applicationName: { text: 'Millwright', locale: 'en' } },
  });
  const close = async () => {
    await server.shutdown(0).catch((error) => host.log('debug', 'server not shut down cleanly', { error: messageOf(error) }));
    server.dispose();
    await own.dispose();
    await persons.dispose();
  };
  try {
    await server.initialize();
    await server.start();
  } catch (error) {
    await close();
    throw listenError(error, settings);
  }
  return { server, close };
}

function judgeClients(
  manager: OPCUACertificateManager,
  signIn: ServerSettings['signIn'],
  host: Pick<ConnectorHost, 'certificate'>,
) {
  const verify = manager.checkCertificate.bind(manager);
  const judge = async (chain: Buffer | Buffer[]) => {
    const leaf = Array.isArray(chain) ? chain[0] : chain;
    if (!leaf) return StatusCodes.BadCertificateInvalid;
    const facts = certificateFacts(leaf);
    const over = facts.validUntil !== null && facts.validUntil.getTime() < Date.now();
    const decision = signIn === 'user' ? 'trusted' : await host.certificate(facts);
    if (over) return StatusCodes.BadCertificateTimeInvalid;
    if (decision !== 'trusted') {
      await manager.rejectCertificate(leaf);
      return StatusCodes.BadCertificateUntrusted;
    }
    await manager.trustCertificate(leaf);
    return verify(chain);
  };
  manager.checkCertificate = judge as typeof manager.checkCertificate;
}

/** Compares in constant time; after too many wrong ones in a minute it does not look any more. */
function passwords(username: string, password: string): (name: string, given: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const right = hash(`${username}\n${password}`);
  let wrong = 0;
  let since = performance.now();
  return (name, given) => {
    if (performance.now() - since > 60_000) {
      wrong = 0;
      since = performance.now();
    }
    if (username === '' || password === '' || wrong >= MOST_WRONG) return false;
    const ok = timingSafeEqual(hash(`${name}\n${given}`), right);
    if (!ok) wrong++;
    return ok;
  };
}

/** Who is behind a session, for the audit. */
export function clientOf(context: SessionContext): string {
  const { session } = context as unknown as {
    session?: { userIdentityToken?: { userName?: string }; clientDescription?: { applicationUri?: string } };
  };
  const user = session?.userIdentityToken?.userName;
  return `opcua:${user || session?.clientDescription?.applicationUri || 'unknown'}`;
}

function listenError(error: unknown, { host, port }: ServerSettings): ConnectorError {
  const text = messageOf(error);
  if (/EADDRINUSE|already in use/i.test(text))
    return new ConnectorError('network', 'opcua-server.port-taken', {
      en: `Another program listens at ${host}:${port} already. Choose another port.`,
      zh: `${host}:${port} 已被其他程序占用，请更换端口。`,
    });
  if (/EADDRNOTAVAIL|EACCES|ENOTFOUND/.test(text))
    return new ConnectorError('network', 'opcua-server.address', {
      en: `This machine cannot listen at ${host}:${port}. Name one of its own addresses, and a port above 1023.`,
      zh: `本机无法监听 ${host}:${port}。请填写本机地址，并使用 1023 以上的端口。`,
    });
  return new ConnectorError('session', 'opcua-server.failed', {
    en: `The server did not start: ${text}`,
    zh: `服务器未能启动：${text}`,
  });
}
