import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, release } from '#drizzle/schema/index.ts';
import { verifyBytes } from '#marketplace/format/signing.ts';
import {
  BUYER,
  MAKER,
  MASTER_KEY,
  type MarketWorld,
  membership,
  openMarketWorld,
  PLATFORM,
  refusal,
} from '../market/fixture.testing.ts';
import { openPublisher, readPublisher } from '../publish/publisher.ts';
import { decideRelease, listForReview, readForReview, requirePlatform } from './review-release.ts';

let world: MarketWorld;
/** Listed before, and waiting: the same app one number higher. */
let before: string;
let waiting: string;
beforeAll(async () => {
  world = await openMarketWorld();
  before = await world.list(MAKER, 'acme', '1.0.0');
  waiting = await world.list(MAKER, 'acme', '1.1.0');
  await world.db.update(release).set({ status: 'in-review', countersignature: null }).where(eq(release.id, waiting));
});
afterAll(() => world.close());

const decide = (orgId: string, releaseId: string, accept: boolean, comment = '') =>
  world.as(orgId, (tx) => decideRelease(tx, MASTER_KEY, membership(orgId), 'user:reviewer', { releaseId, accept, comment }));
const statusOf = async (id: string) => (await world.db.select().from(release).where(eq(release.id, id)))[0];

test('is the platform organization’s alone', async () => {
  expect(await refusal(decide(BUYER, waiting, true))).toMatchObject({ code: 'review.not-platform' });
  expect(await refusal(decide(MAKER, waiting, true))).toMatchObject({ code: 'review.not-platform' });
  expect(() => requirePlatform(membership(BUYER))).toThrow();
  // and the database keeps what waits from everyone else as well
  expect(await refusal(world.as(BUYER, (tx) => readForReview(tx, waiting)))).toMatchObject({ code: 'access.not-found' });
  expect((await world.as(BUYER, (tx) => listForReview(tx))).waiting).toEqual([]);
  expect((await statusOf(waiting))?.status).toBe('in-review');
});

test('shows what is asked for, what is in it and what changed', async () => {
  const list = await world.as(PLATFORM, (tx) => listForReview(tx));
  expect(list.waiting.map((row) => row.id)).toEqual([waiting]);
  expect(list.decided.map((row) => row.id)).toEqual([before]);
  const read = await world.as(PLATFORM, (tx) => readForReview(tx, waiting));
  expect(read).toMatchObject({ previous: '1.0.0', changes: [], version: '1.1.0' });
  expect(read.files.map((file) => file.name)).toContain('proof/proof.json');
  expect(read.readme.zh).toContain('空压站卫士');
  expect(await refusal(world.as(PLATFORM, (tx) => readForReview(tx, crypto.randomUUID())))).toMatchObject({
    code: 'access.not-found',
  });
});

test('a refusal says why', async () => {
  expect(await refusal(decide(PLATFORM, waiting, false, '  '))).toMatchObject({ code: 'review.comment-needed' });
});

test('a package that was altered by one byte is not accepted, and the file is named', async () => {
  const altered = await world.list(MAKER, 'acme', '1.2.0');
  await world.db.update(release).set({ status: 'in-review', countersignature: null }).where(eq(release.id, altered));
  await world.alter(altered, 'proof/day-power.csv');
  for (const attempt of [() => decide(PLATFORM, altered, true), () => world.as(PLATFORM, (tx) => readForReview(tx, altered))]) {
    const said = await refusal(attempt());
    expect(said.code).toBe('review.altered');
    expect(said.en).toContain('proof/day-power.csv');
    expect(said.zh).toContain('proof/day-power.csv');
  }
  await decide(PLATFORM, altered, false, 'The stored package is damaged.');
  expect(await statusOf(altered)).toMatchObject({ status: 'rejected', reviewComment: 'The stored package is damaged.' });
});

test('a package of another key is not accepted, even when it is whole', async () => {
  const foreign = await world.list(BUYER, 'other', '1.0.0');
  const [bytes] = await world.db
    .select({ pack: release.pack, packHash: release.packHash })
    .from(release)
    .where(eq(release.id, foreign));
  if (!bytes) throw new Error('no release');
  const swapped = await world.list(MAKER, 'acme', '1.3.0');
  await world.db
    .update(release)
    .set({ ...bytes, status: 'in-review', countersignature: null })
    .where(eq(release.id, swapped));
  expect(await refusal(decide(PLATFORM, swapped, true))).toMatchObject({
    code: 'review.altered',
    en: expect.stringContaining('"other"'),
  });
});

test('accepting countersigns the package, is audited, and is done once', async () => {
  await decide(PLATFORM, waiting, true, 'Good.');
  const row = await statusOf(waiting);
  expect(row).toMatchObject({ status: 'listed', reviewedBy: 'user:reviewer', reviewComment: 'Good.' });
  const key = await world.as(PLATFORM, (tx) => readPublisher(tx, PLATFORM));
  const hash = new TextEncoder().encode(row?.packHash);
  expect(verifyBytes(hash, row?.countersignature ?? '', key?.publicKey ?? '')).toBe(true);
  const maker = await world.as(MAKER, (tx) => openPublisher(tx, MASTER_KEY, MAKER));
  expect(verifyBytes(hash, row?.countersignature ?? '', maker.publicKey)).toBe(false);
  const entries = await world.db.select().from(audit).where(eq(audit.orgId, PLATFORM));
  expect(entries.map((entry) => [entry.action, entry.target])).toContainEqual(['release.accept', `release:${waiting}`]);
  expect(await refusal(decide(PLATFORM, waiting, false, 'No.'))).toMatchObject({ code: 'review.not-waiting' });
});
