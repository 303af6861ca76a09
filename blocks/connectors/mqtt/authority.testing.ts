/** A certificate authority for tests, made by a library of others (@peculiar/x509), with what it signs. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export async function testAuthority(name = 'Test authority') {
  const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + DAY),
      signingAlgorithm: EC,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 1, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    },
    crypto,
  );
  let serial = 1;
  return {
    pem: root.toString('pem'),
    /** `over`: it was valid until yesterday. */
    async issue(names: readonly string[], { over = false } = {}): Promise<Issued> {
      const own = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
      const made = await x509.X509CertificateGenerator.create(
        {
          serialNumber: String(++serial).padStart(2, '0'),
          subject: `CN=${names[0]}`,
          issuer: root.subject,
          notBefore: new Date(Date.now() - 3 * DAY),
          notAfter: new Date(Date.now() + (over ? -DAY : DAY)),
          signingAlgorithm: EC,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          extensions: [
            new x509.SubjectAlternativeNameExtension(
              names.map((one) => ({ type: /^[\d.]+$/.test(one) ? ('ip' as const) : ('dns' as const), value: one })),
            ),
          ],
        },
        crypto,
      );
      const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', own.privateKey));
      const lines =
        pkcs8
          .toString('base64')
          .match(/.{1,64}/g)
          ?.join('\n') ?? '';
      return { certificate: made.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n` };
    },
  };
}
