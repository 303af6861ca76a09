/** From a register that changed to a register that was written: poll, log, step, interlock, effect and write, through two processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { freePort } from '#blocks/connectors/suite.ts';
import { connection, tag } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { ORG, until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { runtimeProcesses } from '../runtime-processes.ts';

const LOOPS = 8;
/** A tag is written at most 10 times in 10 s. */
const PERIOD_MS = 1_100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 40);

const title = { en: 'Loop', zh: '回路' };
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
/** The measured value, if it is sane now, is written as the set-point. */
const loop = {
  format: 1,
  roles: [
    { name: 'p', title, type: 'number', unit: 'bar' },
    { name: 'setpoint', title, type: 'number', unit: 'bar', write: true },
  ],
  nodes: [
    node('p', 'source.tag', { role: 'p' }),
    node('safe', 'control.interlock', { condition: 'a >= 0', maxAge: 30 }),
    node('write', 'control.write', { role: 'setpoint' }),
  ],
  wires: [
    { from: { node: 'p', port: 'out' }, to: { node: 'safe', port: 'a' } },
    { from: { node: 'p', port: 'out' }, to: { node: 'safe', port: 'command' } },
    { from: { node: 'safe', port: 'out' }, to: { node: 'write', port: 'in' } },
  ],
  outputs: [{ name: 'written', from: { node: 'write', port: 'out' } }],
} satisfies GraphDocumentInput;

export default {
  name: 'sample-to-write',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const device = new ModbusServer(await freePort());
    let counting = false;
    const delays: number[] = [];
    const readAt = new Map<string, number>();
    const counts = new Map<number, number>();
    const { get, set } = device.words;
    // register 2n is a value that is new at every read, 2n + 1 the set-point of loop n
    device.words.get = (key) => {
      const register = Number(key.split('/')[2]);
      if (register % 2 === 1) return get.call(device.words, key) ?? 0;
      const value = ((counts.get(register) ?? 0) + 1) % 60_000;
      counts.set(register, value);
      readAt.set(`${register} ${value}`, performance.now());
      return value;
    };
    device.words.set = (key, value) => {
      const measured = readAt.get(`${Number(key.split('/')[2]) - 1} ${value}`);
      if (counting && measured !== undefined) delays.push(performance.now() - measured);
      return set.call(device.words, key, value);
    };
    await device.start();
    const [row] = await f.db
      .insert(connection)
      .values({ orgId: ORG, name: 'loops', connector: 'modbus-tcp', settings: { host: '127.0.0.1', port: device.port } })
      .returning();
    const tagOf = async (register: number, access: 'r' | 'rw') => {
      const values = {
        orgId: ORG,
        assetId: f.siteId,
        name: `register ${register}`,
        connectionId: row?.id,
        address: `1/holding/${register}`,
        // of different periods, so that the loops do not all ask the one device at the same moment
        samplePeriodMs: PERIOD_MS + 13 * register,
        staleAfterMs: 60_000,
        unit: 'bar',
        access,
      };
      const [made] = await f.db.insert(tag).values(values).returning({ id: tag.id });
      return made?.id ?? 0;
    };
    const bindings: Record<string, number>[] = [];
    for (let n = 0; n < LOOPS; n++) bindings.push({ p: await tagOf(2 * n, 'r'), setpoint: await tagOf(2 * n + 1, 'rw') });
    try {
      await using _processes = runtimeProcesses(['gateway', 'worker'], f);
      // lanes are made by the gateway when it takes the connection
      await until('the gateway polls', () => counts.size >= LOOPS);
      for (const binding of bindings) await f.running(await f.instance(loop, binding));
      await sleep(5_000);
      counting = true;
      await sleep(SECONDS * 1_000);
      counting = false;
    } finally {
      await device.stop();
    }
    delays.sort((a, b) => a - b);
    const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
    const conditions = `${LOOPS} apps that write what they read, each once every ${PERIOD_MS} to ${PERIOD_MS + 26 * (LOOPS - 1)} ms, with an interlock that reads the device again before the write; Modbus TCP on loopback, gateway and worker as processes of their own; ${delays.length} writes`;
    return [
      { name: 'sample to performed Modbus write, p50', value: at(0.5), unit: 'ms', conditions, goal: { atMost: 40 } },
      { name: 'sample to performed Modbus write, p99', value: at(0.99), unit: 'ms', conditions, goal: { atMost: 200 } },
    ];
  },
};
