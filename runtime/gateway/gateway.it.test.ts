import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { OpcuaTestServer } from '#blocks/connectors/opcua/server.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import { connection, connectionRequest, lane, tag, trustedCertificate } from '#drizzle/schema/index.ts';
import { parseQuality } from '#runtime/batch/quality.ts';
import { MASTER_KEY, ORG, plantFixture } from './fixture.testing.ts';

// a process of its own with all drivers starts slowly on a busy machine
vi.setConfig({ testTimeout: 180_000 });

async function modbus(units: readonly number[] = [1]) {
  const server = new ModbusServer(await freePort());
  for (const unit of units) server.words.set(`${unit}/holding/0`, 100 + unit);
  await server.start();
  return { server, settings: { host: '127.0.0.1', port: server.port, timeoutMs: 300 } };
}

test('samples land in the log scaled, with range, origin, lane and status', async () => {
  await using plant = await plantFixture();
  const { server, settings } = await modbus();
  server.words.set('1/holding/1', 900);
  const id = await plant.connect('modbus-tcp', settings, { simulated: true });
  // 0.1 °F steps to °C: (raw/10 − 32)·5/9; 101 → −12.1667 °C
  const temperature = await plant.tag(id, '1/holding/0', { gain: 0.1 * (5 / 9), offset: -32 * (5 / 9), unit: 'Cel' });
  const outside = await plant.tag(id, '1/holding/1', { low: 0, high: 10 });
  const missing = await plant.tag(id, '1/holding/77', { staleAfterMs: 500 });
  plant.gateway('one');
  await until('three tags in the log', async () => new Set((await plant.logged(id)).map((s) => s.tagId)).size === 3);
  const all = await plant.logged(id);
  const of = (tagId: number) => all.find((s) => s.tagId === tagId);
  expect(of(temperature)?.value).toBeCloseTo(-12.16667, 4);
  expect(of(temperature)).toMatchObject({ quality: 0, origin: 'simulated' });
  expect(of(outside)).toMatchObject({ value: 900, quality: parseQuality('bad:out-of-range') });
  expect(of(missing)).toMatchObject({ quality: parseQuality('bad:missing') });
  expect(Math.abs(Date.now() - (of(temperature)?.time ?? 0))).toBeLessThan(20_000);
  // on a busy machine other values are late for a while, and that is said first
  await until('the status says why it is not whole', async () => (await plant.status(id)).part === 'address', 20_000);
  expect(await plant.status(id)).toMatchObject({ part: 'address', code: 'modbus.illegal-address', holder: 'one' });
  expect(await plant.db.select().from(lane).where(eq(lane.connectionId, id))).toMatchObject([
    { orgId: ORG, kind: 'scan', scanGroup: '100ms/0' },
  ]);
  await server.stop();
  await until('the network is named', async () => (await plant.status(id)).part === 'network', 15_000);
  await until(
    'one mark of the loss',
    async () => (await plant.logged(id)).findLast((s) => s.tagId === temperature)?.quality === parseQuality('bad:link'),
  );
});

test('a silent source is stale: one sample says so, and the status', async () => {
  await using plant = await plantFixture();
  const { server, settings } = await modbus();
  // no answer counts as failure at once with a short limit: give the silence a long one
  const id = await plant.connect('modbus-tcp', { ...settings, timeoutMs: 30_000 });
  const tagId = await plant.tag(id, '1/holding/0', { staleAfterMs: 700 });
  plant.gateway('one');
  await until('live', async () => (await plant.status(id)).state === 'live');
  await server.silence(true);
  await until('stale', async () => (await plant.status(id)).state === 'stale', 15_000);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const bad = (await plant.logged(id)).filter((s) => s.tagId === tagId && s.quality !== 0);
  expect(bad.map((s) => s.quality)).toEqual([parseQuality('bad:stale')]);
  await server.stop();
});

test('changes of tags and switching off are followed; a lane stays with its tag', async () => {
  await using plant = await plantFixture();
  const { server, settings } = await modbus([1, 2]);
  const id = await plant.connect('modbus-tcp', settings);
  const first = await plant.tag(id, '1/holding/0');
  plant.gateway('one');
  await until('first tag', async () => (await plant.logged(id)).some((s) => s.tagId === first));
  const second = await plant.tag(id, '2/holding/0');
  await until('second tag', async () => (await plant.logged(id)).some((s) => s.tagId === second && s.value === 102));
  const lanes = await plant.db.select({ laneId: tag.laneId }).from(tag);
  expect(new Set(lanes.map((row) => row.laneId)).size).toBe(1);
  await plant.db.update(connection).set({ enabled: false }).where(eq(connection.id, id));
  await plant.sql`select pg_notify('connections', ${id})`;
  await until('off', async () => (await plant.status(id)).state === 'off');
  const { requests } = server;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(server.requests).toBe(requests);
  await server.stop();
});

test('a certificate is refused until a person trusts it; browse and test are answered by the holder', async () => {
  await using plant = await plantFixture();
  const server = new OpcuaTestServer(await freePort());
  await server.start();
  const id = await plant.connect('opcua', { endpoint: server.endpoint, security: 'encrypt' });
  const tagId = await plant.tag(id, 'ns=1;s=Air.Pressure');
  plant.gateway('one');
  await until('refused', async () => (await plant.status(id)).part === 'certificate', 20_000);
  expect(await plant.status(id)).toMatchObject({ state: 'failed', code: 'certificate.untrusted' });
  const [seen] = await plant.db.select().from(trustedCertificate);
  expect(seen).toMatchObject({ orgId: ORG, connectionId: id, state: 'pending' });
  expect(await plant.logged(id)).toSatisfy((all: { quality: number }[]) => all.every((s) => s.quality >= 0x80));
  const ask = async (kind: 'browse' | 'test', request: Record<string, unknown>) => {
    const [row] = await plant.db
      .insert(connectionRequest)
      .values({ orgId: ORG, connectionId: id, kind, request, deadline: new Date(Date.now() + 4000) })
      .returning();
    await plant.sql`select pg_notify('connections', ${id})`;
    let answer: Record<string, unknown> | null | undefined;
    await until(`answer to ${kind}`, async () => {
      const [now] = await plant.db
        .select()
        .from(connectionRequest)
        .where(eq(connectionRequest.id, row?.id ?? ''));
      answer = now?.answer;
      return now?.answeredAt !== null;
    });
    return answer;
  };
  expect(await ask('test', {})).toMatchObject({
    ok: true,
    parts: [{ part: 'certificate', ok: false, code: 'certificate.untrusted' }],
  });
  await plant.db.update(trustedCertificate).set({ state: 'trusted', decidedBy: 'someone' });
  await plant.sql`select pg_notify('connections', ${id})`;
  await until('live', async () => (await plant.status(id)).state === 'live', 60_000);
  await until('value', async () => (await plant.logged(id)).some((s) => s.tagId === tagId && s.value === 7.25));
  const page = (await ask('browse', { path: 'ns=1;s=Many' })) as { ok: boolean; nodes: unknown[]; next?: string };
  expect(page.nodes).toHaveLength(100);
  expect(page.next).toBeTruthy();
  expect(await ask('test', { address: 'ns=1;s=Air.Nothing' })).toMatchObject({
    ok: true,
    parts: expect.arrayContaining([expect.objectContaining({ part: 'address', ok: false })]),
  });
  await server.stop();
});

test('a killed gateway’s connection moves to another one: soon, no sample doubled, what nobody saw is a gap', async () => {
  await using plant = await plantFixture();
  const { server, settings } = await modbus();
  // each read gives the next number: a doubled sample or a hole shows in the values
  let count = 0;
  server.words.get = () => ++count % 65_536;
  const id = await plant.connect('modbus-tcp', { ...settings, timeoutMs: 10_000 });
  await plant.tag(id, '1/holding/0');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))],
    {
      env: {
        ...process.env,
        DATABASE_URL: plant.url,
        MILLWRIGHT_DATA: plant.dataFolder,
        MILLWRIGHT_MASTER_KEY: MASTER_KEY,
        MILLWRIGHT_BROKER_PORT: 'off',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await until('the process holds it', async () => (await plant.status(id)).state === 'live', 60_000);
  const first = (await plant.status(id)).holder;
  plant.gateway('second');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect((await plant.status(id)).holder).toBe(first);
  child.kill('SIGKILL');
  const killed = Date.now();
  await until('the second holds it', async () => (await plant.status(id)).holder === 'second', 15_000);
  await until(
    'values go on',
    async () => (await plant.logged(id)).filter((s) => s.time > killed && s.quality === 0).length > 5,
    15_000,
  );
  await server.stop();
  const all = await plant.logged(id);
  const values = all.filter((s) => s.quality === 0);
  expect(new Set(values.map((s) => s.value)).size, 'no sample twice').toBe(values.length);
  const next = values.findIndex((s) => s.time > killed);
  const [before, after] = [values[next - 1], values[next]];
  // the second looks once a second for a lease that was not renewed for 1.5 s; a busy machine takes longer, a frozen holder's lease 5 s
  expect((after?.time ?? 0) - killed).toBeLessThan(10_000);
  const gap = all.find((s) => s.quality === parseQuality('bad:link') && s.time > (before?.time ?? 0));
  expect(gap?.time).toBe((before?.time ?? 0) + 1);
});
