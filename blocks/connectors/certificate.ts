/** What every protocol does with the certificate that a server shows. */
import { createHash, X509Certificate } from 'node:crypto';
import { connect as tlsConnect } from 'node:tls';
import { certificateExpired, certificateRejected, certificateUntrusted, noCertificate } from '#blocks/sdk/connection-words.ts';
import { type CertificateFacts, ConnectorError, type ConnectorHost, networkError } from '#blocks/sdk/connector.ts';

export function certificateFacts(der: Buffer): CertificateFacts {
  const certificate = new X509Certificate(der);
  return {
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    subject: certificate.subject.replaceAll('\n', ', '),
    validUntil: certificate.validToDate,
    pem: certificate.toString(),
  };
}

/** Why this certificate is not used; undefined when it is. One that is over is refused by every driver, trusted or not: better by name. */
export function certificateFailure(
  decision: 'trusted' | 'pending' | 'rejected',
  facts: Pick<CertificateFacts, 'fingerprint' | 'subject' | 'validUntil'>,
  where: string,
  now = Date.now(),
): ConnectorError | undefined {
  const print = facts.fingerprint.slice(0, 16);
  if (decision === 'rejected')
    return new ConnectorError('certificate', 'certificate.rejected', certificateRejected(where, print));
  if (facts.validUntil && facts.validUntil.getTime() < now)
    return new ConnectorError('certificate', 'certificate.expired', certificateExpired(where, facts.validUntil));
  if (decision === 'trusted') return undefined;
  return new ConnectorError('certificate', 'certificate.untrusted', certificateUntrusted(where, facts.subject, print));
}

const LOOK_LIMIT_MS = 10_000;

/**
 * A server whose certificate no authority of this machine vouches for needs a person's trust before a password is sent. Gives that
 * certificate as the authority to trust; undefined when the machine's own authorities vouch for it.
 */
export async function trustedAuthority(
  server: { readonly host: string; readonly port: number },
  where: string,
  host: Pick<ConnectorHost, 'certificate'>,
): Promise<string | undefined> {
  const seen = await new Promise<{ authorized: boolean; raw: Buffer | undefined }>((resolve, reject) => {
    const socket = tlsConnect(
      { host: server.host, port: server.port, rejectUnauthorized: false, servername: server.host },
      () => {
        resolve({ authorized: socket.authorized, raw: socket.getPeerCertificate().raw });
        socket.destroy();
      },
    );
    socket.setTimeout(LOOK_LIMIT_MS, () => {
      reject(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      socket.destroy();
    });
    socket.once('error', reject);
  }).catch((error) => {
    throw networkError(error, where);
  });
  if (seen.authorized) return undefined;
  if (!seen.raw) throw new ConnectorError('certificate', 'certificate.none', noCertificate(where));
  const facts = certificateFacts(seen.raw);
  const decision = await host.certificate(facts);
  const failure = certificateFailure(decision, facts, where);
  if (failure) throw failure;
  return facts.pem;
}

/** Why a driver that checked the certificate itself did not take it; undefined when the failure is another one. */
export function certificateError(error: unknown, where: string): ConnectorError | undefined {
  const code = (error as NodeJS.ErrnoException)?.code;
  if (typeof code !== 'string') return undefined;
  const failure = (name: string, en: string, zh: string) => new ConnectorError('certificate', name, { en, zh }, { cause: error });
  if (code === 'CERT_HAS_EXPIRED')
    return failure(
      'certificate.expired',
      `The certificate of ${where} is over. Renew it at the device.`,
      `${where} 的证书已过期。请在设备上更新证书。`,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return failure(
      'certificate.name',
      `The certificate of ${where} is made out to another name. Use the name that it carries, or renew it.`,
      `${where} 的证书不是签发给该名称的。请使用证书中的名称，或重新签发。`,
    );
  if (/^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_(?!HAS))/.test(code))
    return failure(
      'certificate.authority',
      `The certificate of ${where} is not signed by the given authority. Check that it is this broker's.`,
      `${where} 的证书不是由所给的 CA 签发的。请确认该 CA 属于此服务器。`,
    );
  if (/^ERR_(OSSL|SSL)_.*(CERTIFICATE|HANDSHAKE|ALERT)/.test(code))
    return failure(
      'certificate.refused',
      `${where} refuses this client's certificate, or asks for one. Check certificate and key.`,
      `${where} 拒绝本客户端的证书，或要求出示证书。请检查证书与密钥。`,
    );
  if (/^ERR_OSSL/.test(code))
    return failure(
      'certificate.form',
      'The authority, certificate or key is not in PEM form (-----BEGIN …).',
      'CA、证书或密钥不是 PEM 格式（-----BEGIN …）。',
    );
  return undefined;
}
