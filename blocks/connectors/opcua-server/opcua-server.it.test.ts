import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  DataType,
  type DataValue,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  UserTokenType,
} from 'node-opcua';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Offer, Session } from '#blocks/sdk/connector.ts';
import { parseQuality } from '#runtime/batch/quality.ts';
import client from '../opcua/connector.ts';
import { freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';

const offers: Offer[] = [
  { name: 'Air.Pressure', path: ['Plant', 'C-101'], type: 'number', unit: 'bar', low: 0, high: 10, writable: false },
  { name: 'Air.Setpoint', path: ['Plant', 'C-101'], type: 'number', unit: 'bar', low: 5.5, high: 9, writable: true },
  { name: 'Air.Flow', path: ['Plant', 'C-101'], type: 'number', unit: 'm3/min', writable: false },
  { name: 'Air.Running', path: ['Plant', 'C-101'], type: 'boolean', writable: false },
  { name: 'Air.Starts', path: ['Plant'], type: 'integer', writable: false },
  { name: 'Air.机型', path: ['Plant'], type: 'text', title: { en: 'Model', zh: '机型' }, writable: false },
  { name: '@C-101/forecast.value', path: ['Plant', 'C-101', 'Air audit'], type: 'number', unit: 'kW', writable: false },
];
const bad = (text: string) => parseQuality(text) ?? 0;

describe('opcua-server', () => {
  const host = new TestHost();
  const folders: string[] = [];
  const closing: (() => Promise<void>)[] = [];
  let port = 0;
  let session: Session;

  beforeAll(async () => {
    port = await freePort();
    host.offered.push(...offers);
    host.publish('Air.Pressure', 7.25, { time: Date.parse('2026-03-01T10:00:00.250Z') });
    host.publish('Air.Flow', 12.5);
    host.publish('Air.Running', true);
    host.publish('Air.Starts', 2 ** 40 + 1);
    host.publish('Air.机型', '空压机');
    host.publish('@C-101/forecast.value', undefined, { quality: bad('bad:link') });
    session = await open({ writes: 'Air.*' });
  }, 60_000);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await session.close();
    await host.dispose();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });
  const open = (more: Record<string, unknown>, password = 'right') =>
    connector.open(connector.manifest.settings.parse({ port, username: 'scada', shows: '*', ...more }), { password }, host);

  /** A client of its own, with a key of its own. */
  async function connect(
    user: { name: string; password: string } | undefined,
    securityMode = MessageSecurityMode.SignAndEncrypt,
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'mw-uac-'));
    folders.push(folder);
    const manager = new OPCUACertificateManager({
      rootFolder: folder,
      automaticallyAcceptUnknownCertificate: true,
      disableFileWatchers: true,
    });
    await manager.initialize();
    const one = OPCUAClient.create({
      clientCertificateManager: manager,
      securityMode,
      securityPolicy: securityMode === MessageSecurityMode.None ? SecurityPolicy.None : SecurityPolicy.Basic256Sha256,
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
    });
    closing.push(async () => {
      await one.disconnect().catch(() => {});
      await manager.dispose();
    });
    await one.connect(`opc.tcp://127.0.0.1:${port}`);
    return one.createSession(
      user ? { type: UserTokenType.UserName, userName: user.name, password: user.password } : { type: UserTokenType.Anonymous },
    );
  }
  const scada = { name: 'scada', password: 'right' };
  const read = (on: ClientSession, nodeId: string) => on.read({ nodeId, attributeId: AttributeIds.Value });

  it('lets nobody in on an open line, without a trusted certificate, or with a wrong password', async () => {
    await expect(connect(scada, MessageSecurityMode.None)).rejects.toThrow();
    host.decision = 'pending';
    await expect(connect(scada)).rejects.toThrow();
    expect(host.certificates.at(-1)?.subject).toBeTruthy();
    host.decision = 'trusted';
    await expect(connect({ ...scada, password: 'wrong' })).rejects.toThrow(/BadUserAccessDenied|BadIdentityToken/);
    await expect(connect(undefined)).rejects.toThrow(/ANONYMOUS/);
  });

  it('shows values with unit, range, quality and source time', async () => {
    const on = await connect(scada);
    const pressure = await read(on, 'ns=1;s=Air.Pressure');
    expect(pressure.value).toMatchObject({ dataType: DataType.Double, value: 7.25 });
    expect(pressure.statusCode.name).toBe('Good');
    expect(pressure.sourceTimestamp?.toISOString()).toBe('2026-03-01T10:00:00.250Z');
    const property = async (name: string, of: string) => {
      const path = {
        startingNode: of,
        relativePath: { elements: [{ targetName: { namespaceIndex: 0, name }, referenceTypeId: 'i=46' }] },
      };
      const found = await on.translateBrowsePath(path as never);
      const target = found.targets?.[0]?.targetId;
      return target ? (await read(on, target.toString())).value.value : undefined;
    };
    expect(await property('EURange', 'ns=1;s=Air.Pressure')).toMatchObject({ low: 0, high: 10 });
    // BAR as one number: 0x42 0x41 0x52 (UNECE Recommendation 20; OPC UA Part 8, 5.6.4.4)
    expect(await property('EngineeringUnits', 'ns=1;s=Air.Pressure')).toMatchObject({ unitId: 0x42_41_52 });
    // G53, cubic metre per minute
    expect(await property('EngineeringUnits', 'ns=1;s=Air.Flow')).toMatchObject({
      unitId: 0x47_35_33,
      displayName: { text: 'm3/min' },
    });
    expect((await read(on, 'ns=1;s=Air.Running')).value.value).toBe(true);
    expect((await read(on, 'ns=1;s=Air.Starts')).value.value).toEqual([256, 1]);
    expect((await read(on, 'ns=1;s=Air.机型')).value.value).toBe('空压机');
    expect((await read(on, 'ns=1;s=@C-101/forecast.value')).statusCode.name).toBe('BadNoCommunication');
    host.publish('Air.Pressure', 7.5, { quality: bad('uncertain:stale') });
    expect((await read(on, 'ns=1;s=Air.Pressure')).statusCode.name).toBe('UncertainLastUsableValue');
    const nothing = await read(on, 'ns=1;s=Air.Setpoint');
    expect([nothing.statusCode.name, nothing.value.value]).toEqual(['BadWaitingForInitialData', null]);
  });

  it('tells subscribers of every change', async () => {
    const on = await connect(scada);
    const got: DataValue[] = [];
    const subscription = ClientSubscription.create(on, { requestedPublishingInterval: 50, publishingEnabled: true });
    const item = await subscription.monitor(
      { nodeId: 'ns=1;s=Air.Flow', attributeId: AttributeIds.Value },
      { samplingInterval: 0, queueSize: 100, discardOldest: true },
      TimestampsToReturn.Source,
    );
    (item as unknown as { on(event: 'changed', take: (value: DataValue) => void): void }).on('changed', (value) =>
      got.push(value),
    );
    await until('the value of now', () => got.length > 0);
    for (let i = 0; i < 5; i++) {
      host.publish('Air.Flow', 100 + i);
      await until(`change ${i}`, () => got.some((value) => value.value.value === 100 + i));
    }
    expect(got.map((value) => value.value.value).filter((value) => value >= 100)).toEqual([100, 101, 102, 103, 104]);
    await subscription.terminate();
  });

  it('takes writes to what may be written alone, as commands with the name of who asked', async () => {
    const on = await connect(scada);
    const write = async (name: string, value: number, dataType = DataType.Double) =>
      (await on.write({ nodeId: `ns=1;s=${name}`, attributeId: AttributeIds.Value, value: { value: { dataType, value } } })).name;
    host.answer = { ok: true, value: 8 };
    expect(await write('Air.Setpoint', 8)).toBe('Good');
    expect(host.commands).toEqual([{ name: 'Air.Setpoint', value: 8, by: 'opcua:scada' }]);
    // what is shown follows the machine, not the wish
    expect((await read(on, 'ns=1;s=Air.Setpoint')).value.value).toBeNull();
    expect(await write('Air.Pressure', 8)).toBe('BadNotWritable');
    host.answer = { ok: false, code: 'out-of-limits' };
    expect(await write('Air.Setpoint', 12)).toBe('BadOutOfRange');
    host.answer = { ok: false, code: 'no-connection' };
    expect(await write('Air.Setpoint', 8)).toBe('BadNoCommunication');
    expect(host.commands).toHaveLength(3);
  });

  it('follows what there is: new, changed and gone', async () => {
    const on = await connect(scada);
    host.offered.splice(0, 1, { ...(offers[0] as Offer), high: 16 });
    host.offered.push({ name: 'New', path: ['Other'], type: 'number', writable: false });
    host.publish('New', 1);
    await until('the new one', async () => (await read(on, 'ns=1;s=New')).value?.value === 1);
    expect((await read(on, 'ns=1;s=Air.Pressure')).value.value).toBe(7.5);
    host.offered.pop();
    await until('it is gone', async () => (await read(on, 'ns=1;s=New')).statusCode.name === 'BadNodeIdUnknown');
    expect((await session.browse('')).nodes).toEqual([{ path: 'Plant', name: 'Plant', folder: true }]);
    expect((await session.browse('Plant/C-101')).nodes.map(({ name }) => name)).toEqual([
      'Air audit',
      'Air.Pressure',
      'Air.Setpoint',
      'Air.Flow',
      'Air.Running',
    ]);
    const event = host.events.findLast(({ kind }) => kind === 'published');
    expect(event).toMatchObject({ variables: 7 });
  });

  it('serves the OPC UA connection of another Millwright, with units and ranges as they were', async () => {
    const other = new TestHost();
    const settings = client.manifest.settings.parse({
      endpoint: `opc.tcp://127.0.0.1:${port}`,
      security: 'encrypt',
      username: 'scada',
    });
    const on = await client.open(settings, { password: 'right' }, other);
    closing.push(async () => {
      await on.close();
      await other.dispose();
    });
    const { nodes } = await on.browse('ns=1;s=/Plant/C-101');
    expect(nodes.find(({ name }) => name === 'Air.Setpoint')?.suggested).toEqual({
      type: 'text',
      unit: 'bar',
      low: 5.5,
      high: 9,
      access: 'rw',
    });
    expect(nodes.find(({ name }) => name === 'Air.Flow')?.suggested).toMatchObject({
      unit: 'm3/min',
      type: 'number',
      access: 'r',
    });
    const samples: number[] = [];
    await on.subscribe(
      [{ tagId: 1, address: 'ns=1;s=Air.Flow', type: 'number', samplePeriodMs: 100, confirmMs: 60_000 }],
      async (more) => void samples.push(...more.filter(isGood).map(({ value }) => Number(value))),
    );
    host.publish('Air.Flow', 55.5);
    await until('the value there', () => samples.includes(55.5));
  });

  it('names a port that is taken, and a sign-in without a user', async () => {
    await expect(open({})).rejects.toMatchObject({ part: 'network', code: 'opcua-server.port-taken' });
    await expect(open({}, '')).rejects.toMatchObject({ part: 'permission', code: 'opcua-server.no-user' });
  });

  it('tests itself', async () => {
    expect((await session.test({ address: 'Air.Flow', type: 'number' })).every(({ ok }) => ok)).toBe(true);
    expect((await session.test({ address: 'Nothing', type: 'number' })).at(-1)).toMatchObject({
      ok: false,
      code: 'published.unknown',
    });
  });
});
