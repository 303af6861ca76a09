import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asset, schedule } from '#drizzle/schema/index.ts';
import type { ScheduleRule } from '#runtime/step/contract.ts';
import { as, both, code, OWN, one, openWorld, STRANGER } from '../operate/fixture.testing.ts';
import { listSchedules } from './list-schedules.ts';
import { listCalendars, readCalendar, removeCalendar, saveCalendar, saveCalendarInput } from './manage-calendars.ts';

let open: Awaited<ReturnType<typeof openWorld>>;
let site: string;
beforeAll(async () => {
  open = await openWorld();
  site = one(
    await open.test.db
      .insert(asset)
      .values({ orgId: OWN.orgId, level: 'site', code: 'SITE', name: both('Site'), timeZone: 'Asia/Shanghai' })
      .returning(),
  ).id;
  await open.test.db.update(asset).set({ parentId: site }).where(eq(asset.id, open.world.placeId));
});
afterAll(() => open.close());

const calendar = (code = 'night') =>
  saveCalendarInput.parse({
    assetId: site,
    calendar: { shifts: [{ code, name: both('Night'), start: '20:00', end: '08:00', days: [1, 2, 3, 4, 5] }] },
  });
const save = (input: ReturnType<typeof calendar>, actor = OWN) => as(actor, (tx, a) => saveCalendar({ ...a, tx }, input));
/** Monday 4 May 2026, 12:00 in Shanghai. */
const now = Date.parse('2026-05-04T04:00:00Z');

it('a site has shifts, its machines follow them; nobody else sees or changes them', async () => {
  expect(await code(save(calendar(), STRANGER))).toBe('access.not-found');
  await save(calendar());
  expect(await code(save({ ...calendar(), assetId: open.world.placeId }))).toBe('schedules.no-place');
  const read = (actor = OWN) => as(actor, (tx, a) => readCalendar(tx, a.orgId, { assetId: open.world.placeId }, now));
  const machine = await read();
  expect(machine).toMatchObject({ zone: 'Asia/Shanghai', own: false, calendar: { shifts: [{ code: 'night' }] } });
  expect(machine.ahead[0]).toEqual({
    code: 'night',
    day: '2026-05-04',
    start: Date.parse('2026-05-04T12:00:00Z'),
    end: Date.parse('2026-05-05T00:00:00Z'),
  });
  expect(await code(read(STRANGER))).toBe('access.not-found');
  expect(await as(STRANGER, (tx, a) => listCalendars(tx, a.orgId))).toEqual([]);
  expect(await as(OWN, (tx, a) => listCalendars(tx, a.orgId))).toMatchObject([{ assetId: site, code: 'SITE' }]);
});

it('a schedule tells when it is due; a changed calendar is looked at anew', async () => {
  const rule: ScheduleRule = { on: 'shift-start', cron: '', inShifts: false, misfire: 'latest' };
  await open.test.db
    .insert(schedule)
    .values({ instanceId: open.world.instanceId, node: 's', orgId: OWN.orgId, rule, lastDue: now, nextDue: now + 1e9 });
  const list = (actor = OWN) => as(actor, (tx, a) => listSchedules(tx, a.orgId, { instanceId: open.world.instanceId }, now));
  const { schedules } = await list();
  expect(schedules[0]?.next.slice(0, 2)).toEqual([
    { at: Date.parse('2026-05-04T12:00:00Z'), shift: 'night', day: '2026-05-04' },
    { at: Date.parse('2026-05-05T12:00:00Z'), shift: 'night', day: '2026-05-05' },
  ]);
  expect(await code(list(STRANGER))).toBe('access.not-found');
  await save(calendar('late'));
  expect(one(await open.test.db.select().from(schedule)).nextDue).toBe(0);
  expect((await list()).schedules[0]?.next[0]).toMatchObject({ shift: 'late' });
  const remove = (actor = OWN) => as(actor, (tx, a) => removeCalendar({ ...a, tx }, { assetId: site }));
  expect(await code(remove(STRANGER))).toBe('access.not-found');
  await remove();
  expect(await list()).toMatchObject({ hasShifts: false, schedules: [{ next: [] }] });
  expect(await open.audited()).toEqual(expect.arrayContaining(['calendar.save', 'calendar.remove']));
});
