/** A hundred registers every 100 ms: polls that the device misses, how evenly they come, whether each is in the log; and writes read back meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { freePort } from '#blocks/connectors/suite.ts';
import { connection, lane, tag } from '#drizzle/schema/index.ts';
import { command } from '#runtime/gateway/command.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { ORG, until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { runtimeProcesses } from '../runtime-processes.ts';

const REGISTERS = 100;
const PERIOD_MS = 100;
/** The goal's ten minutes are BENCH_SECONDS=600. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
/** A tag is written at most 10 times in 10 s, a connection 20 times in a second. */
const WRITE_MS = 150;

export default {
  name: 'modbus-poll',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const device = new ModbusServer(await freePort());
    /** When the first register of each poll was asked for; its value is the number of that poll. */
    const polls: number[] = [];
    const { get } = device.words;
    for (let i = 0; i < REGISTERS; i++) device.words.set(`1/holding/${i}`, 0);
    // set-points stand in another unit, so that reading them back is no poll
    for (let i = 0; i < REGISTERS; i++) device.words.set(`2/holding/${i}`, 0);
    device.words.get = (key) => {
      if (key !== '1/holding/0') return get.call(device.words, key);
      polls.push(performance.now());
      return polls.length & 0xffff;
    };
    await device.start();
    const [row] = await f.db
      .insert(connection)
      .values({ orgId: ORG, name: 'plc', connector: 'modbus-tcp', settings: { host: '127.0.0.1', port: device.port } })
      .returning();
    const id = row?.id ?? '';
    const common = { orgId: ORG, assetId: f.siteId, connectionId: id, staleAfterMs: 60_000 };
    const made = await f.db
      .insert(tag)
      .values(
        Array.from({ length: REGISTERS }, (_, i) => ({
          ...common,
          name: `register ${i}`,
          address: `1/holding/${i}`,
          samplePeriodMs: PERIOD_MS,
        })),
      )
      .returning({ id: tag.id });
    await f.db.insert(tag).values(
      Array.from({ length: REGISTERS }, (_, i) => ({
        ...common,
        name: `set-point ${i}`,
        address: `2/holding/${i}`,
        samplePeriodMs: 60_000,
        staleAfterMs: 600_000,
        access: 'rw' as const,
      })),
    );
    const took: number[] = [];
    let refused = 0;
    let from = 0;
    let end = 0;
    try {
      await using _processes = runtimeProcesses(['gateway'], f);
      await until('the gateway polls', () => polls.length > 50, 120_000);
      from = polls.length;
      end = performance.now() + SECONDS * 1000;
      for (let n = 0; performance.now() < end; n++) {
        const next = performance.now() + WRITE_MS;
        const began = performance.now();
        const result = await command(
          f.db,
          { orgId: ORG, connectionId: id },
          `set-point ${n % REGISTERS}`,
          (n % 60_000) + 1,
          'bench',
        );
        if (result.ok && get.call(device.words, `2/holding/${n % REGISTERS}`) === (n % 60_000) + 1)
          took.push(performance.now() - began);
        else refused++;
        await sleep(Math.max(0, next - performance.now()));
      }
    } finally {
      await device.stop();
    }
    const during = polls.slice(from).filter((at) => at <= end);
    const intervals = during.slice(1).map((at, i) => at - (during[i] ?? at));
    // a slot without a poll shows as an interval of two periods or more
    const missed = intervals.reduce((sum, ms) => sum + Math.max(0, Math.round(ms / PERIOD_MS) - 1), 0);
    const jitter = intervals.map((ms) => Math.abs(ms - PERIOD_MS)).sort((a, b) => a - b);
    took.sort((a, b) => a - b);
    const at = (sorted: readonly number[], share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    const logged = await pollsLogged(f.url, await lanesOf(f, id), made[0]?.id ?? 0);
    const wanted = Array.from({ length: during.length }, (_, i) => (from + 1 + i) & 0xffff);
    const lost = wanted.filter((value) => !logged.has(value)).length;
    const conditions = `${REGISTERS} registers of one unit every ${PERIOD_MS} ms for ${SECONDS} s, Modbus TCP on loopback, gateway as a process of its own; ${during.length} polls; meanwhile a write every ${WRITE_MS} ms`;
    return [
      { name: 'Modbus polls missed', value: missed, unit: '1', conditions, goal: { atMost: 0 } },
      { name: 'Modbus polls that the log does not have', value: lost, unit: '1', conditions, goal: { atMost: 0 } },
      {
        name: 'Modbus poll jitter, p99',
        value: at(jitter, 0.99),
        unit: 'ms',
        conditions: `${conditions}; distance of two polls against ${PERIOD_MS} ms`,
        goal: { atMost: 20 },
      },
      {
        name: 'Modbus write and read-back, p95',
        value: at(took, 0.95),
        unit: 'ms',
        conditions: `from the wish to the answer, all checks, device read back, answer fetched from the database; ${took.length} writes, ${refused} refused; ${conditions}`,
        goal: { atMost: 50 },
      },
    ];
  },
};

type Fixture = Awaited<ReturnType<typeof workerFixture>>;
const lanesOf = async (f: Fixture, id: string) =>
  (await f.db.select({ id: lane.id }).from(lane).where(eq(lane.connectionId, id))).map((one) => one.id);

/** Values of the first register, which number the polls. */
async function pollsLogged(url: string, lanes: readonly number[], tagId: number): Promise<ReadonlySet<number>> {
  const values = new Set<number>();
  const reader = await openLogReader(url);
  try {
    for (const id of lanes) {
      let cursor = 0;
      for (;;) {
        const rows = await reader.readAfter([id], [cursor], 500);
        for (const { seq, entry } of rows) {
          cursor = seq;
          if (entry.kind !== 'samples') continue;
          for (let i = 0; i < entry.n; i++) if (entry.tag[i] === tagId) values.add(entry.value[i] ?? -1);
        }
        if (rows.length === 0) break;
      }
    }
  } finally {
    await reader.close();
  }
  return values;
}
