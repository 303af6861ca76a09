import { X509Certificate } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClientSession,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  UserTokenType,
} from 'node-opcua';
import { driverSaid, noCertificate, refusedUser } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, type ConnectorHost, messageOf, networkError } from '#blocks/sdk/connector.ts';
import { certificateFacts, certificateFailure } from '../certificate.ts';

export interface ServerOptions {
  readonly endpoint: string;
  readonly security: 'none' | 'sign' | 'encrypt';
  readonly username: string;
  readonly password: string;
}
export interface Opened {
  readonly client: OPCUAClient;
  readonly session: ClientSession;
  readonly manager: OPCUACertificateManager;
}

const MODE = {
  none: [MessageSecurityMode.None, SecurityPolicy.None],
  sign: [MessageSecurityMode.Sign, SecurityPolicy.Basic256Sha256],
  encrypt: [MessageSecurityMode.SignAndEncrypt, SecurityPolicy.Basic256Sha256],
} as const;
const ONE_ATTEMPT = { maxRetry: 0, initialDelay: 100, maxDelay: 100 };

/** One attempt: looks at the server's endpoints, has its certificate judged, then opens a session. Keys and trust stay in the connection's folder. */
export async function openSession(options: ServerOptions, host: ConnectorHost): Promise<Opened> {
  const [securityMode, securityPolicy] = MODE[options.security];
  const manager = new OPCUACertificateManager({
    rootFolder: join(await host.folder(), 'pki'),
    automaticallyAcceptUnknownCertificate: false,
    disableFileWatchers: true, // this process is the only one that changes the folder
  });
  await manager.initialize();
  let client: OPCUAClient | undefined;
  try {
    await putAsideOwn(manager, host);
    if (options.security !== 'none') await judgeCertificate(options, host, manager);
    client = OPCUAClient.create({
      applicationName: 'Millwright',
      clientName: `Millwright ${host.connectionId}`,
      clientCertificateManager: manager,
      securityMode,
      securityPolicy,
      endpointMustExist: false,
      keepSessionAlive: true,
      requestedSessionTimeout: 30_000,
      transportTimeout: 10_000,
      connectionStrategy: ONE_ATTEMPT,
    });
    await client.connect(options.endpoint);
    const session = await client.createSession(
      options.username
        ? { type: UserTokenType.UserName, userName: options.username, password: options.password }
        : { type: UserTokenType.Anonymous },
    );
    return { client, session, manager };
  } catch (error) {
    await client?.disconnect().catch(() => {});
    await manager.dispose();
    throw serverError(error, options.endpoint);
  }
}

/** A certificate of ours that is over is refused by every server: the next one is made in its place, and has to be trusted there. */
async function putAsideOwn(manager: OPCUACertificateManager, host: Pick<ConnectorHost, 'log'>): Promise<void> {
  const file = join(manager.rootDir, 'own', 'certs', 'client_certificate.pem');
  const text = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // none was made yet
    throw error;
  });
  if (!text) return;
  const { validToDate } = new X509Certificate(text);
  if (validToDate.getTime() > Date.now()) return;
  await rename(file, `${file}.${validToDate.toISOString().slice(0, 10)}`);
  host.log('warn', 'the own certificate was over; a new one is shown from now on', { until: validToDate.toISOString() });
}

async function judgeCertificate(options: ServerOptions, host: ConnectorHost, manager: OPCUACertificateManager): Promise<void> {
  const [securityMode, securityPolicy] = MODE[options.security];
  const scout = OPCUAClient.create({
    applicationName: 'Millwright',
    clientCertificateManager: manager,
    endpointMustExist: false,
    connectionStrategy: ONE_ATTEMPT,
    transportTimeout: 10_000,
  });
  try {
    await scout.connect(options.endpoint);
    const endpoints = await scout.getEndpoints();
    const endpoint = endpoints.find((e) => e.securityMode === securityMode && e.securityPolicyUri === securityPolicy);
    if (!endpoint) {
      throw new ConnectorError('session', 'opcua.no-endpoint', {
        en: `${options.endpoint} offers no endpoint with Basic256Sha256 and this mode. Enable it at the server, or choose another mode here.`,
        zh: `${options.endpoint} 不提供此模式的 Basic256Sha256 端点。请在服务器上启用，或在此选择其他模式。`,
      });
    }
    const der = endpoint.serverCertificate;
    if (!der?.length) throw new ConnectorError('certificate', 'certificate.none', noCertificate(options.endpoint));
    const facts = certificateFacts(der);
    const decision = await host.certificate(facts);
    const failure = certificateFailure(decision, facts, options.endpoint);
    if (!failure) await manager.trustCertificate(der);
    else {
      await manager.rejectCertificate(der);
      throw failure;
    }
  } finally {
    await scout.disconnect().catch(() => {});
  }
}

export function serverError(error: unknown, endpoint: string): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const text = messageOf(error);
  const network = /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET|EAI_AGAIN/.exec(text)?.[0];
  if (network) return networkError(Object.assign(new Error(text), { code: network }), endpoint);
  if (/BadIdentityToken|BadUserAccessDenied|BadUserSignatureInvalid/.test(text)) {
    return new ConnectorError('permission', 'opcua.credentials', refusedUser(endpoint));
  }
  if (/BadSecurityChecksFailed|BadCertificate/.test(text)) {
    return new ConnectorError('certificate', 'opcua.client-certificate', {
      en: `${endpoint} does not accept the certificate of Millwright. Trust it at the server (it stands in its list of rejected certificates).`,
      zh: `${endpoint} 不接受匠造的证书。请在服务器上信任它（位于其已拒绝证书列表中）。`,
    });
  }
  if (/BadTooManySessions|BadMaxConnectionsReached/.test(text)) {
    return new ConnectorError('session', 'opcua.too-many-sessions', {
      en: `${endpoint} has no free session. Close others or raise its limit.`,
      zh: `${endpoint} 没有空闲会话。请关闭其他会话或提高上限。`,
    });
  }
  if (/connection may have been rejected|has been aborted|disconnect|timeout|premature|closed/i.test(text)) {
    const closed = {
      en: `${endpoint} does not answer as an OPC UA server or closed the connection.`,
      zh: `${endpoint} 未按 OPC UA 服务器应答，或关闭了连接。`,
    };
    return new ConnectorError('network', 'network.reset', closed, { cause: error });
  }
  return new ConnectorError('session', 'opcua.failed', driverSaid(endpoint, text), { cause: error });
}
