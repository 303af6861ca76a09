import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import type { FollowedValue } from '#blocks/sdk/connector.ts';
import { appVersion, installation, instance, latest, series, tag } from '#drizzle/schema/index.ts';
import { ORG, plantFixture } from './fixture.testing.ts';
import { follow } from './follow.ts';

test('follows tags and what apps compute by their names, tells of names that nothing has, and gives changes alone', async () => {
  await using plant = await plantFixture();
  const { db } = plant;
  const connectionId = await plant.connect('mqtt', {}, { enabled: false });
  const pressure = await plant.tag(connectionId, 'a#p', { name: 'Air.Pressure', unit: 'bar' });
  const running = await plant.tag(connectionId, 'a#r', { name: 'Running', type: 'boolean' });
  const batch = await plant.tag(connectionId, 'a#b', { name: 'Batch', type: 'text' });
  await plant.tag(connectionId, 'a#n', { name: 'Never' });
  const value = (tagId: number, v: number | null, more: Partial<typeof latest.$inferInsert> = {}) => {
    const row = { tagId, orgId: ORG, time: 1000, value: v, quality: 0, origin: 'measured', ...more };
    return db.insert(latest).values(row).onConflictDoUpdate({ target: latest.tagId, set: row });
  };
  await value(pressure, 7.25);
  await value(running, 1);
  await value(batch, null, { other: JSON.stringify({ text: '批次 7' }) });
  const name = { en: 'App', zh: '应用' };
  const [version] = await db
    .insert(appVersion)
    .values({ orgId: ORG, name, version: '1.0.0', graph: '{}', graphHash: '', screens: [] })
    .returning();
  const app = async () => {
    const versionId = version?.id ?? '';
    const [installed] = await db.insert(installation).values({ orgId: ORG, name, versionId }).returning();
    const [made] = await db
      .insert(instance)
      .values({ orgId: ORG, installationId: installed?.id ?? '', versionId, key: 'C-101', bindings: {} })
      .returning();
    const [row] = await db
      .insert(series)
      .values({ orgId: ORG, instanceId: made?.id ?? '', output: 'energy', column: 'specific', key: 'C-101', type: 'number' })
      .returning();
    return row?.id ?? 0;
  };

  const got: FollowedValue[] = [];
  const newest = (what: string) => got.findLast((one) => one.name === what);
  const names = ['Air.Pressure', 'Running', 'Batch', 'Never', '@C-101/energy.specific', 'Nothing'];
  const log = { debug: () => {} };
  const end = await follow({ db, orgId: ORG, log, lookMs: 300 }, names, (values) => got.push(...values));
  expect(newest('Air.Pressure')).toEqual({
    name: 'Air.Pressure',
    type: 'number',
    value: 7.25,
    quality: 0,
    time: 1000,
    unit: 'bar',
  });
  expect(newest('Running')).toMatchObject({ type: 'boolean', value: true });
  expect(newest('Batch')).toMatchObject({ type: 'text', value: '批次 7' });
  expect(newest('Never')).toMatchObject({ type: 'number', quality: 0x89 }); // bad:missing
  expect(newest('Never')?.error).toBeUndefined();
  expect(newest('Nothing')?.error?.code).toBe('published.unknown');
  expect(newest('@C-101/energy.specific')?.error?.code).toBe('published.unknown');

  got.length = 0;
  const first = await app();
  await value(first, 6.5);
  await value(pressure, 7.5, { time: 2000 });
  await until('the change', () => newest('Air.Pressure')?.value === 7.5);
  await until('the output, once it is there', () => newest('@C-101/energy.specific')?.value === 6.5);
  expect(got.map((one) => one.name).sort()).toEqual(['@C-101/energy.specific', 'Air.Pressure']);

  await app();
  await until('two apps with one name', () => newest('@C-101/energy.specific')?.error?.code === 'published.ambiguous');
  // of another organization: not to be seen
  await db.update(tag).set({ orgId: 'another' }).where(eq(tag.id, pressure));
  await until('another organization’s tag', () => newest('Air.Pressure')?.error?.code === 'published.unknown');
  end();
  got.length = 0;
  await value(running, 0, { time: 3000 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(got).toEqual([]);
});
