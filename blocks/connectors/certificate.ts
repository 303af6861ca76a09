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
