/** A real OPC UA server on loopback for tests: a few variables, a long folder, users, and Basic256Sha256. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  coerceLocalizedText,
  DataType,
  DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  type StatusCode,
  StatusCodes,
  standardUnits,
  type UAObject,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { SourceValue } from '#blocks/sdk/connector.ts';
import type { TestSource } from '../suite.ts';

export const MANY = 130;

const DAYS = 365;
/** Makes a certificate for the manager's own key that began a year before its end; gives its file. */
export async function certificateUntil(manager: OPCUACertificateManager, applicationUri: string, until: Date): Promise<string> {
  const outputFile = join(manager.rootDir, 'own', 'certs', 'client_certificate.pem');
  await manager.createSelfSignedCertificate({
    applicationUri,
    dns: ['127.0.0.1'],
    outputFile,
    subject: '/CN=Ended',
    startDate: new Date(until.getTime() - DAYS * 86_400_000),
    validity: DAYS,
  });
  return outputFile;
}

export class OpcuaTestServer implements TestSource {
  readonly port: number;
  setpoint = 650;
  /** How far its clock is ahead. */
  clockMs = 0;
  /** Takes no value from now on. */
  refusing = false;
  /** When its certificate ended; by itself it has one for years. */
  certificateUntil: Date | undefined;
  #silent = false;
  #folder: string | undefined;
  #server: OPCUAServer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.port = port;
  }
  get endpoint(): string {
    return `opc.tcp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'mw-opcua-'));
    const manager = new OPCUACertificateManager({
      rootFolder: join(this.#folder, 'pki'),
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    });
    await manager.initialize();
    const shown =
      this.certificateUntil && (await certificateUntil(manager, 'urn:127.0.0.1:NodeOPCUA-Server', this.certificateUntil));
    const server = new OPCUAServer({
      ...(shown ? { certificateFile: shown, privateKeyFile: manager.privateKey } : {}),
      port: this.port,
      hostname: '127.0.0.1',
      host: '127.0.0.1',
      alternateHostname: ['127.0.0.1'],
      serverCertificateManager: manager,
      userCertificateManager: manager,
      securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
      securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
      allowAnonymous: true,
      userManager: { isValidUser: (name: string, password: string) => name === 'plant' && password === 'right' },
    });
    await server.initialize();
    this.#server = server;
    const space = server.engine.addressSpace;
    if (!space) throw new Error('no address space');
    const own = space.getOwnNamespace();
    const air = own.addObject({ organizedBy: space.rootFolder.objects, browseName: 'Air', nodeId: 's=Air' });
    const value = (name: string, dataType: DataType, get: () => unknown): UAVariable =>
      own.addVariable({
        componentOf: air,
        browseName: name,
        nodeId: `s=Air.${name}`,
        dataType,
        minimumSamplingInterval: 50,
        value: {
          timestamped_get: async () => {
            return new DataValue({
              value: new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: get() }),
              statusCode: this.#silent ? StatusCodes.BadNoCommunication : StatusCodes.Good,
              sourceTimestamp: this.#now,
              serverTimestamp: this.#now,
            });
          },
        },
      } as unknown as Parameters<typeof own.addVariable>[0]);
    let ramp = 0;
    this.#timer = setInterval(() => {
      ramp += 1;
    }, 50);
    value('Ramp', DataType.Double, () => ramp);
    value('On', DataType.Boolean, () => true);
    value('Total', DataType.Int64, () => [0xffff_ffff, 0xffff_fff6]); // -10
    value('Name', DataType.String, () => '空压机');
    own.addAnalogDataItem({
      componentOf: air,
      browseName: 'Pressure',
      nodeId: 's=Air.Pressure',
      dataType: 'Double',
      engineeringUnits: standardUnits.bar,
      engineeringUnitsRange: { low: 0, high: 10 },
      instrumentRange: { low: 0, high: 12 },
      minimumSamplingInterval: 50,
      accessLevel: 'CurrentRead',
      userAccessLevel: 'CurrentRead',
      value: { get: () => this.#value(DataType.Double, 7.25) },
    } as unknown as Parameters<typeof own.addAnalogDataItem>[0]);
    own.addVariable({
      componentOf: air,
      browseName: 'Setpoint',
      nodeId: 's=Air.Setpoint',
      dataType: 'Float',
      minimumSamplingInterval: 50,
      value: {
        get: () => this.#value(DataType.Float, this.setpoint),
        set: (variant: { value: number }) => {
          if (this.refusing) return StatusCodes.BadOutOfService;
          this.setpoint = variant.value;
          return StatusCodes.Good;
        },
      },
    } as unknown as Parameters<typeof own.addVariable>[0]);
    const many = own.addObject({
      organizedBy: space.rootFolder.objects,
      browseName: 'Many',
      nodeId: 's=Many',
      displayName: coerceLocalizedText('Many') ?? undefined,
    });
    for (let i = 0; i < MANY; i++) {
      own.addVariable({
        componentOf: many,
        browseName: `V${i}`,
        nodeId: `s=Many.V${i}`,
        dataType: 'Int32',
        value: { dataType: DataType.Int32, value: i },
      });
    }
    await server.start();
    const time = space.findNode('i=2258') as UAVariable; // Server_ServerStatus_CurrentTime
    const timed = () =>
      new DataValue({
        value: { dataType: DataType.DateTime, value: this.#now },
        sourceTimestamp: this.#now,
        serverTimestamp: this.#now,
      });
    time.readValue = timed;
  }

  get #now(): Date {
    return new Date(Date.now() + this.clockMs);
  }

  /** A method of the object `Air`. */
  method(
    name: string,
    inputs: readonly { readonly name: string; readonly dataType: DataType }[],
    run: (given: readonly unknown[]) => { statusCode: StatusCode; outputArguments?: Variant[] },
  ): void {
    const space = this.#server?.engine.addressSpace;
    const air = space?.findNode('ns=1;s=Air') as UAObject | null | undefined;
    if (!space || !air) throw new Error('the server is not started');
    const method = space.getOwnNamespace().addMethod(air, {
      browseName: name,
      nodeId: `s=Air.${name}`,
      inputArguments: [...inputs],
      outputArguments: [{ name: 'result', dataType: DataType.Double }],
    });
    method.bindMethod((given, _context, done) => done(null, run(given.map(({ value }) => value))));
  }

  #value(dataType: DataType, value: unknown) {
    if (this.#silent) return StatusCodes.BadNoCommunication;
    return new Variant({ dataType, arrayType: VariantArrayType.Scalar, value });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const server = this.#server;
    this.#server = undefined;
    await server?.shutdown(0);
    server?.dispose();
  }
  /** Sessions that clients opened since its start. */
  get sessions(): number {
    return this.#server?.engine.cumulatedSessionCount ?? 0;
  }
  async silence(on: boolean): Promise<void> {
    this.#silent = on;
  }
  async written(): Promise<SourceValue> {
    return this.setpoint;
  }
}
