import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { audit, organization, process as processes } from '#drizzle/schema/index.ts';
import { ORG, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { Refused } from './outcome.ts';
import { printRetention, retentionRun } from './retention.ts';

test('mw retention shows what the past takes and by which rule it goes; a rule is set and taken back, and audited', async () => {
  await using f = await workerFixture();
  await f.db.insert(organization).values({ id: ORG, name: 'Baoan', slug: 'baoan', createdAt: new Date() });
  const { tags } = await f.lane([{ name: 'C-101.p' }]);
  // 24 bytes in the database, 1,000 samples; two days of archive; a wave of 192 kB
  await f.sql`insert into chunk (tag_id, org_id, t0, t1, n, worst, lane_id, seq, data)
    values (${tags[0] ?? 0}, ${ORG}, ${Date.UTC(2026, 0, 5)}, ${Date.UTC(2026, 0, 5, 1)}, 1000, 0, 1, 1, ${Buffer.alloc(24)})`;
  for (const day of [20_450, 20_451])
    await f.sql`insert into log_archive (org_id, day, path, entries, bytes) values (${ORG}, ${day}, ${`a/${day}`}, 1, 1500000)`;
  await f.sql`insert into blob (org_id, hash, media, size) values (${ORG}, 'x', 'application/octet-stream', 192000)`;
  const product = f;
  expect(await retentionRun(product, {})).toMatchObject({
    organization: 'Baoan',
    samples: { count: 1000, hotBytes: 24, coldBytes: 0, oldest: Date.UTC(2026, 0, 5) },
    archive: { days: 2, bytes: 3_000_000, first: 20_450, last: 20_451 },
    large: { count: 1, bytes: 192_000 },
    rule: { sampleDays: null, largeHours: null },
  });
  expect(await retentionRun(product, { org: 'baoan', samples: '90d' })).toMatchObject({
    rule: { sampleDays: 90, largeHours: null },
  });
  expect(await retentionRun(product, { large: '24h' })).toMatchObject({ rule: { sampleDays: 90, largeHours: 24 } });
  const own = await retentionRun(product, { tag: 'C-101.p', samples: 'forever' });
  expect(own).toMatchObject({ ownRules: 1, tag: { name: 'C-101.p', sampleDays: 0, largeHours: null } });
  const rules = { logDays: 7, archiveDays: 30, sampleDays: 0, hotDays: 30, largeHours: 6 };
  await f.db.insert(processes).values({
    name: 'historian-1',
    pid: 1,
    kind: 'historian',
    host: 'h',
    started: new Date(),
    facts: { house: { rules } },
  });
  const text = printRetention(await retentionRun(product, { tag: 'C-101.p', large: 'default' }));
  expect(text.split('\n').slice(1)).toEqual([
    '  samples: 1000, 0.0 kB in the database, 0.0 kB in Parquet, since 2026-01-05T00:00:00.000Z',
    '  archives of the log: 2 days, 3.0 MB (2025-12-28 to 2025-12-29)',
    '  large values: 1, 192.0 kB',
    'Rule of the organization: samples 90 days, waves and frames 24 h; 1 tags or outputs have their own',
    'Rule of C-101.p: samples for ever, waves and frames as the platform is set',
    'Rule of the platform: samples for ever (after 30 days in Parquet), waves and frames 6 h, log 7 days, its archives 30 days',
  ]);
  const told = await f.db
    .select({ actor: audit.actor, details: audit.details })
    .from(audit)
    .where(eq(audit.action, 'history.retention'));
  expect(told.map(({ details }) => details)).toContainEqual({ sampleDays: 90 });
  for (const wrong of [{ samples: '90' }, { large: '0h' }, { tag: 'none' }, { org: 'none' }, { large: 'forever' }])
    await expect(retentionRun(product, wrong)).rejects.toThrow(Refused);
});
