import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { readListing } from '#server/market/browse.ts';
import { release } from '../schema/index.ts';
import { seedMarket } from './market.ts';
import { DEMO_ORGANIZATIONS, seedOrganization } from './people.ts';
import { testDatabase } from './test-database.ts';

test('the own apps are listed, proven and countersigned; a second start changes nothing', { timeout: 300_000 }, async () => {
  await using test = await testDatabase();
  const masterKey = randomBytes(32).toString('base64');
  const platform = await seedOrganization(test.db, DEMO_ORGANIZATIONS.platform);
  await test.db.transaction((tx) => seedMarket(tx, masterKey, platform));
  const rows = await test.db.select().from(release).where(eq(release.status, 'listed'));
  expect(rows.map((row) => row.slug).sort()).toEqual(['compressor-guard', 'vibration-spectrum']);
  // opens the package against the publisher's key and the platform's countersignature
  const listing = await readListing(test.db, platform, { publisher: 'millwright', slug: 'compressor-guard' });
  expect(listing.proof?.pass).toBe(true);
  expect(listing.capabilities).toContain('tag.write');

  const started = performance.now();
  await test.db.transaction((tx) => seedMarket(tx, masterKey, platform));
  expect(performance.now() - started).toBeLessThan(2_000);
  const again = await test.db.select({ id: release.id, packHash: release.packHash }).from(release);
  expect(again).toEqual(rows.map(({ id, packHash }) => ({ id, packHash })));
});
