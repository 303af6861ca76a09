import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy } from 'node-opcua';
import { plantPorts } from './ports.ts';

export const STATION_PATH = '/compressors';

/** The OPC UA server of plant A's station, not yet initialized. Key and certificate are made once under the data folder and kept. */
export function stationServer(folder: string, port: number): OPCUAServer {
  const pki = join(folder, 'plants', 'opcua-pki');
  mkdirSync(pki, { recursive: true });
  return new OPCUAServer({
    port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    resourcePath: STATION_PATH,
    buildInfo: { productName: 'Compressor station', manufacturerName: 'Millwright demo plant', softwareVersion: '1.0.0' },
    serverInfo: {
      applicationName: { text: 'Compressor station', locale: 'en' },
      applicationUri: 'urn:millwright:demo:compressors',
    },
    // whom the machine trusts is not what the demo is about: it takes every client's certificate
    serverCertificateManager: new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: true }),
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
    allowAnonymous: true,
    disableDiscovery: true,
  });
}

export interface StationCertificate {
  readonly pem: string;
  /** SHA-256 of the DER form, hex. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly validUntil: Date;
}

/** The certificate that the station shows, made when there is none yet: so that a seed can trust it before it is first seen. */
export async function stationCertificate(folder: string): Promise<StationCertificate> {
  const server = stationServer(folder, (await plantPorts(folder)).opcua);
  await server.initialize();
  const certificate = new X509Certificate(server.getCertificate());
  await server.shutdown();
  return {
    pem: certificate.toString(),
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    subject: certificate.subject.replaceAll('\n', ', '),
    validUntil: new Date(certificate.validTo),
  };
}
