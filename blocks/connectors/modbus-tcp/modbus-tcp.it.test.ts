import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, Session } from '#blocks/sdk/connector.ts';
import { refusing } from '../flood.testing.ts';
import { connectorSuite, freePort, isGood, TestHost, until } from '../suite.ts';
import connector from './connector.ts';
import { ModbusServer } from './server.testing.ts';

let port = 0;
let running: ModbusServer | undefined;
function plant(server: ModbusServer): void {
  server.float32(1, 'holding', 100, 7.5); // exact in float32
  server.words.set('1/holding/10', 650);
  server.words.set('1/input/7', 0xfff6); // -10 as int16
  server.words.set('1/coil/0', 1);
  server.words.set('1/discrete/3', 0);
}

connectorSuite('modbus-tcp', {
  connector,
  source: async () => {
    port = await freePort();
    const server = new ModbusServer(port);
    plant(server);
    running = server;
    return server;
  },
  settings: () => ({ host: '127.0.0.1', port, timeoutMs: 300 }),
  tags: [
    { address: '1/holding/100:float32', type: 'number', value: 7.5 },
    { address: '1/input/7:int16', type: 'integer', value: -10 },
    { address: '1/coil/0', type: 'boolean', value: true },
    { address: '1/discrete/3', type: 'boolean', value: false },
  ],
  writable: { address: '1/holding/10:uint16', type: 'number', value: 720 },
  readOnly: { address: '1/input/7:int16', type: 'number' },
  absent: { address: '1/holding/999', type: 'number' },
  flood: () => refusing((on) => (on ? running?.away.add(1) : running?.away.delete(1))),
  malformed: [
    'holding/1',
    '1/holding',
    '1/register/4',
    '300/holding/1',
    '1/holding/1:float128',
    '1/coil/1:int16',
    '1/holding/65535:float32',
    '1/holding/1:float32:acbd',
  ],
});

describe('several units behind one gateway', () => {
  const host = new TestHost();
  let server: ModbusServer;
  let session: Session;
  let samples: Sample[] = [];
  const good = (tagId: number) => samples.filter((s) => s.tagId === tagId && isGood(s)).length;
  const UNITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const tags = UNITS.map((unit) => ({
    tagId: unit,
    address: `${unit}/holding/0:uint16`,
    type: 'number' as const,
    samplePeriodMs: 100,
    confirmMs: 60_000,
  }));

  beforeEach(async () => {
    server = new ModbusServer(await freePort());
    for (const unit of UNITS) server.words.set(`${unit}/holding/0`, unit * 11);
    await server.start();
    samples = [];
    host.events.length = 0;
    const settings = connector.manifest.settings.parse({ host: '127.0.0.1', port: server.port, timeoutMs: 500 });
    session = await connector.open(settings, {}, host);
  });
  afterEach(async () => {
    await session.close();
    await server.stop();
  });
  const subscribe = () =>
    session.subscribe(tags, async (more) => {
      samples.push(...more);
    });

  it('one dead unit among ten neither stops nor slows the others, and comes back by itself', async () => {
    server.dead.add(2);
    await subscribe();
    await until('the dead unit is told', () =>
      host.events.some((e) => e.kind === 'device' && e.device === '2' && e.state === 'failed'),
    );
    const alive = UNITS.filter((unit) => unit !== 2);
    const before = new Map(alive.map((unit) => [unit, good(unit)]));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // 100 ms period for 3 s: 30 each, with room for a busy machine; behind the dead unit's limit of 500 ms it would be six
    for (const unit of alive) expect(good(unit) - (before.get(unit) ?? 0), `unit ${unit}`).toBeGreaterThanOrEqual(15);
    expect(good(2)).toBe(0);
    expect(samples.find((s) => s.tagId === 2)?.quality).toBe(0x86); // bad:link
    server.dead.delete(2);
    await until('unit 2 gives values again', () => good(2) > 3, 20_000);
    expect(host.events.at(-1)).toMatchObject({ kind: 'device', device: '2', state: 'live' });
  });

  it('a flood of gateway exceptions is bounded by the back-off', async () => {
    for (const unit of UNITS) server.away.add(unit);
    await subscribe();
    await new Promise((resolve) => setTimeout(resolve, 4000));
    // without back-off: 10 units × 10/s × 4 s = 400; with 1, 2, 4 s pauses: about 3 each
    expect(server.requests).toBeLessThan(66);
    const failed = host.events.find((e) => e.kind === 'device' && e.state === 'failed');
    expect(failed).toMatchObject({ reason: { en: expect.stringContaining('no answer from this unit') } });
  });

  it('adjacent registers travel in one request, and one bad register does not take its neighbours along', async () => {
    for (let register = 1; register < 20; register++) server.words.set(`1/holding/${register}`, register);
    const many = Array.from({ length: 20 }, (_, i) => ({
      tagId: 100 + i,
      address: `1/holding/${i}`,
      type: 'integer' as const,
      samplePeriodMs: 200,
      confirmMs: 60_000,
    }));
    server.requests = 0;
    await session.subscribe(many, async (more) => {
      samples.push(...more);
    });
    await until('two scans', () => good(119) >= 2);
    expect(server.requests).toBeLessThanOrEqual(4);
    server.words.delete('1/holding/5');
    samples = [];
    await until('the neighbours go on', () => good(104) >= 2 && good(106) >= 2);
    expect(good(105)).toBe(0);
    expect(host.events.find((e) => e.kind === 'address')).toMatchObject({
      tagId: 105,
      error: { code: 'modbus.illegal-address' },
    });
  });

  it('a counter that rolls over comes as it is: what it means is said by transform.counter, not guessed here', async () => {
    const counter = tags.slice(0, 1);
    const values = () => samples.filter(isGood).map((s) => s.value);
    await session.subscribe(counter, async (more) => {
      samples.push(...more);
    });
    for (const word of [65_534, 65_535, 0, 3]) {
      server.words.set('1/holding/0', word);
      await until(`${word} is read`, () => values().at(-1) === word);
    }
    const seen = values().filter((value, i, all) => value !== all[i - 1]);
    expect(seen.slice(-4)).toEqual([65_534, 65_535, 0, 3]);
    expect(samples.filter((s) => !isGood(s))).toEqual([]);
  });

  it('takes values in all byte orders', async () => {
    // 123456.789 as IEEE 754 single: 47 F1 20 65 (hand-computed: exponent 143, mantissa 0x712065)
    const bytes = { abcd: [0x47f1, 0x2065], cdab: [0x2065, 0x47f1], badc: [0xf147, 0x6520], dcba: [0x6520, 0xf147] };
    let register = 200;
    for (const [order, words] of Object.entries(bytes)) {
      words.forEach((word, i) => {
        server.words.set(`1/holding/${register + i}`, word);
      });
      const [result] = await session.read([{ address: `1/holding/${register}:float32:${order}`, type: 'number' }]);
      expect(result?.value, order).toBe(Math.fround(123456.789));
      const back = await session.write(`1/holding/${register}:float32:${order}`, -2.5, 'number');
      expect(back, order).toMatchObject({ ok: true, readBack: -2.5 });
      register += 2;
    }
  });

  it('refuses a value that the register cannot hold', async () => {
    expect(await session.write('1/holding/0:uint16', 70_000, 'number')).toMatchObject({ ok: false, code: 'address.range' });
    expect(await session.write('1/holding/0:int16', -40_000, 'number')).toMatchObject({ ok: false, code: 'address.range' });
    expect(server.words.get('1/holding/0')).toBe(11);
  });
});
