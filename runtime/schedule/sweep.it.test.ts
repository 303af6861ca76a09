import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { provisionOrganization } from '#drizzle/organization.ts';
import { appVersion, asset, installation, instance, lane, schedule, shiftCalendar } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import type { ControlEvent } from '#runtime/log/contract.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import type { ProgramInfo, ScheduleRule } from '#runtime/step/contract.ts';
import { keepSchedules, placeOf, sweepSchedules } from './sweep.ts';

const name = { en: 'x', zh: '厂' };
const MINUTE = 60_000;
const first = <T>(rows: readonly T[]): T => {
  if (rows[0] === undefined) throw new Error('no row');
  return rows[0];
};

async function fixture(orgs: readonly string[] = ['org']) {
  const database = await testDatabase({ max: 6 });
  const { db } = database;
  for (const orgId of orgs) await provisionOrganization(db, orgId);
  const reader = await openLogReader(database.url);
  return {
    ...database,
    async instance(orgId = 'org', assetId: string | null = null) {
      const version = first(
        await db
          .insert(appVersion)
          .values({ orgId, name, version: '1.0.0', graph: '{}', graphHash: '', screens: [] })
          .returning(),
      ).id;
      const installed = first(await db.insert(installation).values({ orgId, name, versionId: version }).returning()).id;
      return first(
        await db
          .insert(instance)
          .values({
            orgId,
            installationId: installed,
            versionId: version,
            key: 'C-101',
            assetId,
            bindings: {},
            status: 'running',
          })
          .returning(),
      );
    },
    async add(of: { id: string; orgId: string }, rule: Partial<ScheduleRule>, lastDue: number, node = 's') {
      const whole: ScheduleRule = { on: 'cron', cron: '* * * * *', inShifts: false, misfire: 'all', ...rule };
      await db.insert(schedule).values({ instanceId: of.id, orgId: of.orgId, node, rule: whole, lastDue });
    },
    async ticks(orgId = 'org') {
      const control = first(
        await db
          .select({ id: lane.id })
          .from(lane)
          .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control'))),
      ).id;
      const found: Extract<ControlEvent, { type: 'schedule' }>[] = [];
      for (let cursor = 0; ; ) {
        const rows = await reader.readAfter([control], [cursor], 500);
        if (rows.length === 0) return found;
        for (const { seq, entry } of rows) {
          cursor = seq;
          if (entry.kind === 'control' && entry.event.type === 'schedule') found.push(entry.event);
        }
      }
    },
    state: async (id: string, node = 's') =>
      first(
        await db
          .select()
          .from(schedule)
          .where(and(eq(schedule.instanceId, id), eq(schedule.node, node))),
      ),
    async [Symbol.asyncDispose]() {
      await reader.close();
      await database.close();
    },
  };
}
/** Whole minutes after `from` up to now. */
const minutesSince = (from: number, to: number) => {
  const all: number[] = [];
  for (let at = Math.floor(from / MINUTE) * MINUTE + MINUTE; at <= to; at += MINUTE) all.push(at);
  return all;
};

test('several schedulers, killed with -9 again and again: each due time has one tick, in order, in its own lane', async () => {
  await using f = await fixture(['org', 'org-b']);
  const children = new Set<ChildProcess>();
  const start = () => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./sweep.testing.ts', import.meta.url)), f.url],
      { stdio: 'inherit' },
    );
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  };
  for (let i = 0; i < 2; i++) start();
  const from = Date.now() - 400 * MINUTE;
  const made: { id: string; orgId: string }[] = [];
  for (let i = 0; i < 4; i++) {
    const of = await f.instance(i % 2 === 0 ? 'org' : 'org-b');
    made.push(of);
    await f.add(of, {}, from);
  }
  let kills = 0;
  try {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      const behind = (await f.db.select().from(schedule)).filter((s) => Date.now() - s.lastDue > 2 * MINUTE);
      if (behind.length === 0) break;
      const [victim] = children;
      if (kills < 4 && victim) {
        kills++;
        victim.kill('SIGKILL');
        await once(victim, 'exit');
        start();
      }
      await new Promise((r) => setTimeout(r, 150));
    }
  } finally {
    const gone = [...children].map((child) => once(child, 'exit'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(gone);
  }
  expect(kills).toBeGreaterThan(0);
  for (const { id, orgId } of made) {
    const { lastDue } = await f.state(id);
    const due = (await f.ticks(orgId)).filter((t) => t.instanceId === id).map((t) => t.due);
    expect(due).toEqual(minutesSince(from, lastDue));
    expect(due.length).toBeGreaterThanOrEqual(398);
  }
}, 120_000);

test('by the policy of each: skip, latest, all; what a stopped app missed is owed to nobody; a clock set back gives no tick twice', async () => {
  await using f = await fixture();
  const from = Date.now() - 10 * MINUTE;
  const made = {
    skip: await f.instance(),
    latest: await f.instance(),
    all: await f.instance(),
    stopped: await f.instance(),
    ahead: await f.instance(),
  };
  await f.add(made.skip, { misfire: 'skip' }, from);
  await f.add(made.latest, { misfire: 'latest' }, from);
  await f.add(made.all, { misfire: 'all' }, from);
  await f.add(made.stopped, { misfire: 'all' }, from);
  await f.db.update(instance).set({ wanted: 'stop' }).where(eq(instance.id, made.stopped.id));
  // its ticks up to an hour from now are in the log: the database's clock was set back
  await f.add(made.ahead, { misfire: 'all' }, Date.now() + 3_600_000);
  await f.add(made.ahead, { cron: 'no rule' }, from, 'broken');
  await Promise.all([1, 2, 3].map(() => sweepSchedules(f.db)));
  const ticks = await f.ticks();
  const of = (id: string) => ticks.filter((t) => t.instanceId === id);
  const { lastDue } = await f.state(made.latest.id);
  const due = minutesSince(from, lastDue);
  expect(of(made.latest.id).map((t) => [t.due, t.missed])).toEqual([[due.at(-1), due.length - 1]]);
  expect(of(made.all.id).map((t) => t.due)).toEqual(minutesSince(from, (await f.state(made.all.id)).lastDue));
  // the newest may have been due less than 30 s ago
  expect(of(made.skip.id).length).toBeLessThanOrEqual(1);
  const skipped = of(made.skip.id)[0]?.missed ?? (await f.state(made.skip.id)).missed;
  expect(skipped).toBeGreaterThanOrEqual(8);
  expect(of(made.stopped.id)).toEqual([]);
  expect((await f.state(made.stopped.id)).lastDue).toBeGreaterThan(from);
  expect(of(made.ahead.id)).toEqual([]);
  expect((await f.state(made.ahead.id)).lastDue).toBeGreaterThan(Date.now() + 3_000_000);
  expect(await sweepSchedules(f.db)).toMatchObject({ ticks: expect.any(Number), pauseMs: expect.any(Number) });
});

test('zone and shifts are those of the nearest place above the asset, of the own organization', async () => {
  await using f = await fixture(['org', 'org-b']);
  const place = async (orgId: string, code: string, parentId: string | null, timeZone: string | null) =>
    first(
      await f.db
        .insert(asset)
        .values({ orgId, level: parentId ? 'asset' : 'site', code, name, parentId, timeZone })
        .returning(),
    ).id;
  const site = await place('org', 'SITE', null, 'Asia/Shanghai');
  const pump = await place('org', 'P-1', site, null);
  const shifts = [{ code: 'night', name, start: '20:00', end: '08:00', days: [1, 2, 3, 4, 5, 6, 7] }];
  await f.db.insert(shiftCalendar).values({ orgId: 'org', assetId: site, shifts });
  expect(await placeOf(f.db, 'org', pump)).toEqual({ zone: 'Asia/Shanghai', calendar: { shifts, exceptions: [] } });
  expect(await placeOf(f.db, 'org-b', pump)).toEqual({ zone: 'UTC' });
  expect(await placeOf(f.db, 'org', null)).toEqual({ zone: 'UTC' });
  const of = await f.instance('org', pump);
  const from = Date.now() - 2 * 86_400_000;
  await f.add(of, { on: 'shift-end' }, from);
  await sweepSchedules(f.db);
  const ticks = await f.ticks();
  expect(ticks.length).toBeGreaterThanOrEqual(1);
  for (const t of ticks) {
    // 08:00 in Shanghai is midnight UTC; the night began the day before there, which is the UTC date before
    expect(t.due % 86_400_000).toBe(0);
    expect(t).toMatchObject({ shift: 'night', day: new Date(t.due - 1).toISOString().slice(0, 10), key: 'C-101', missed: 0 });
  }
});

test('schedules follow the program: what stays goes on, what changed begins now, what is gone is gone', async () => {
  await using f = await fixture();
  const of = await f.instance();
  const rule: ScheduleRule = { on: 'cron', cron: '0 6 * * *', inShifts: false, misfire: 'latest' };
  const info = (sources: Record<string, ScheduleRule>) =>
    ({
      sources: Object.entries(sources).map(([node, schedule]) => ({ node, schedule, schema: { kind: 'stream', columns: {} } })),
    }) as unknown as ProgramInfo;
  await keepSchedules(f.db, of, info({ a: rule, b: rule }));
  const began = (await f.state(of.id, 'a')).lastDue;
  expect(Math.abs(began - Date.now())).toBeLessThan(60_000);
  await f.db.update(schedule).set({ lastDue: 5, nextDue: 9 }).where(eq(schedule.instanceId, of.id));
  await keepSchedules(f.db, of, info({ a: rule, b: { ...rule, cron: '0 7 * * *' } }));
  expect(await f.state(of.id, 'a')).toMatchObject({ lastDue: 5, nextDue: 9 });
  expect((await f.state(of.id, 'b')).lastDue).toBeGreaterThanOrEqual(began);
  await keepSchedules(f.db, of, info({}));
  expect(await f.db.select().from(schedule)).toEqual([]);
});
