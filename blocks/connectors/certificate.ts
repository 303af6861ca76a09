/** What every protocol does with the certificate that a server shows. */
import { createHash, X509Certificate } from 'node:crypto';
import { certificateExpired, certificateRejected, certificateUntrusted } from '#blocks/sdk/connection-words.ts';
import { type CertificateFacts, ConnectorError } from '#blocks/sdk/connector.ts';

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
