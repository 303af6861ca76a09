import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publisherKey, release, run, secret } from '#drizzle/schema/index.ts';
import { PARTS } from '#marketplace/format/manifest.ts';
import { open, textPart } from '#marketplace/format/package.ts';
import type { Measured } from '#runtime/replay/measure.ts';
import type { ProofCheck } from '#runtime/replay/proof.ts';
import { browseMarket } from '../market/browse.ts';
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
import { decideRelease } from '../review/review-release.ts';
import { listOwnReleases, yankRelease } from './list-releases.ts';
import { openPublisher, readPublisher, registerPublisher } from './publisher.ts';
import { recordProof } from './record-proof.ts';
import { byVersion, submitRelease, submitReleaseInput } from './submit-release.ts';

let world: MarketWorld;
beforeAll(async () => {
  world = await openMarketWorld();
});
afterAll(() => world.close());

const BY = 'user:maker';
const register = (orgId: string, publisher: string) =>
  world.as(orgId, (tx) => registerPublisher(tx, MASTER_KEY, orgId, BY, { publisher }));
const record = (orgId: string, over: object = {}) =>
  world.as(orgId, (tx) => recordProof(tx, orgId, BY, { instanceId: world.instanceId, ...world.window, ...over }));
const check = (over: Partial<ProofCheck> = {}): ProofCheck =>
  ({
    kind: 'output',
    id: 'power-mean',
    title: { en: 'Mean power', zh: '平均功率' },
    output: 'power',
    column: 'value',
    statistic: 'mean',
    expected: 144,
    tolerance: { absolute: 1e-9 },
    source: 'The recorded power is 144 kW throughout',
    ...over,
  }) as ProofCheck;
const specific = {
  output: 'specific',
  id: 'specific',
  statistic: 'last',
  expected: 144 / 23,
  source: '144 kW / 23 m³/min',
} as const;
const submission = (measureRunId: string, over: object = {}) =>
  submitReleaseInput.parse({
    measureRunId,
    slug: 'station-guard',
    version: '1.0.0',
    title: { en: 'Station guard', zh: '空压站卫士' },
    summary: { en: 'Watches a station.', zh: '监视空压站。' },
    readme: { en: '# Station guard', zh: '# 空压站卫士' },
    checks: [check(), check(specific)],
    falsifiers: [
      {
        title: { en: 'power is divided the wrong way round', zh: '分子分母颠倒' },
        node: 'specific',
        param: 'expression',
        value: 'b / a',
      },
    ],
    ...over,
  });
const submit = (orgId: string, measureRunId: string, over: object = {}) =>
  world.as(orgId, (tx) => submitRelease(tx, MASTER_KEY, orgId, BY, submission(measureRunId, over)));
const releaseOf = async (id: string) => {
  const [row] = await world.db.select().from(release).where(eq(release.id, id));
  if (!row) throw new Error('no release');
  return row;
};

describe('publisher name', () => {
  test('is chosen once, and no other organization gets it', async () => {
    expect(await world.as(MAKER, (tx) => readPublisher(tx, MAKER))).toBeNull();
    expect(await refusal(world.as(MAKER, (tx) => openPublisher(tx, MASTER_KEY, MAKER)))).toMatchObject({
      code: 'publish.no-publisher',
    });
    const made = await register(MAKER, 'acme');
    expect(await register(MAKER, 'other')).toEqual(made);
    expect(await refusal(register(BUYER, 'acme'))).toMatchObject({ code: 'publish.name-taken' });
    // nothing of the refused attempt is left behind
    expect(await world.db.select().from(publisherKey).where(eq(publisherKey.orgId, BUYER))).toEqual([]);
    expect(await world.db.select().from(secret).where(eq(secret.orgId, BUYER))).toEqual([]);
  });

  test('the signing key cannot be opened from another organization', async () => {
    expect(await refusal(world.as(BUYER, (tx) => openPublisher(tx, MASTER_KEY, BUYER)))).toMatchObject({
      code: 'publish.no-publisher',
    });
    await expect(world.as(BUYER, (tx) => openPublisher(tx, MASTER_KEY, MAKER))).rejects.toThrow(/signing key of acme is missing/);
  });
});

describe('recording a proof', () => {
  test('asks for an own instance and a sensible window with data', async () => {
    expect(await refusal(record(BUYER))).toMatchObject({ code: 'access.not-found' });
    expect(await refusal(record(MAKER, { to: world.window.from }))).toMatchObject({ code: 'publish.window' });
    expect(await refusal(record(MAKER, { from: world.window.to - 25 * 3_600_000 }))).toMatchObject({ code: 'publish.window' });
    const earlier = { from: world.window.from - 7_200_000, to: world.window.from - 3_600_000 };
    expect(await refusal(record(MAKER, earlier))).toMatchObject({
      code: 'publish.no-data',
      en: expect.stringContaining('Header pressure'),
    });
  });

  test('a worker measures every figure, in the units of the roles', async () => {
    const { id } = await record(MAKER);
    const row = await world.work(id);
    expect(row).toMatchObject({ status: 'done', error: null });
    const report = row.report as unknown as Measured;
    const figure = (name: string) => report.checks.find((c) => c.id === name)?.actual;
    // recorded in kPa, read in bar: 700 kPa = 7 bar
    expect(figure('pressure-value-mean')).toBeCloseTo(7, 9);
    expect(figure('power-value-count')).toBe(360);
    expect(figure('specific-value-max')).toBeCloseTo(144 / 23, 9);
    expect(report.records).toBe(4 * 360);
    expect(report.capabilities).toEqual(['alarm.raise', 'notify.send', 'screen.render', 'tag.read', 'tag.write']);
    // what is published carries no name of the plant
    expect(JSON.stringify(row.request)).not.toMatch(/Air\.|AIR-01/);
  });
});

describe('submitting', () => {
  let measured: string;
  beforeAll(async () => {
    measured = (await record(MAKER)).id;
    expect(await refusal(submit(MAKER, measured))).toMatchObject({ code: 'publish.not-measured' });
    await world.work(measured);
  });

  test('needs an own measuring run', async () => {
    expect(await refusal(submit(BUYER, measured))).toMatchObject({ code: 'access.not-found' });
  });

  test('a red proof goes back to the publisher, and the version may be submitted again', async () => {
    const wrong = await submit(MAKER, measured, { version: '0.9.0', checks: [check({ expected: 150 })] });
    await world.work(wrong.runId);
    expect(await releaseOf(wrong.releaseId)).toMatchObject({ status: 'proof-failed', proof: { pass: false } });
    // a check that no change can turn red is no check
    const blunt = await submit(MAKER, measured, { version: '0.9.0', checks: [check()] });
    expect(blunt.releaseId).toBe(wrong.releaseId);
    await world.work(blunt.runId);
    expect(await releaseOf(blunt.releaseId)).toMatchObject({
      status: 'proof-failed',
      proof: { runs: [{ falsifiers: [{ red: false }] }] },
    });
  });

  test('a proof that does not fit its graph says so', async () => {
    const made = await submit(MAKER, measured, { version: '0.8.0', checks: [check({ output: 'gone' } as Partial<ProofCheck>)] });
    const row = await world.work(made.runId);
    expect(row).toMatchObject({
      status: 'failed',
      error: { code: 'proof.output', message: expect.stringContaining('gone.value') },
    });
    const [own] = await world
      .as(MAKER, (tx) => listOwnReleases(tx, MAKER))
      .then((all) => all.filter((one) => one.id === made.releaseId));
    expect(own).toMatchObject({ status: 'proof-failed', problem: expect.stringContaining('gone.value') });
  });

  test('stored bytes that were altered by one byte are not proven, and the file is named', async () => {
    const made = await submit(MAKER, measured, { version: '0.7.0' });
    await world.alter(made.releaseId, 'graph.json');
    const row = await world.work(made.runId);
    expect(row).toMatchObject({
      status: 'failed',
      error: { code: 'package.file-altered', message: expect.stringContaining('graph.json') },
    });
    expect(await releaseOf(made.releaseId)).toMatchObject({ status: 'proof-failed', proof: null });
  });

  test('a green proof waits for review with the very graph that ran; then only higher numbers are taken', async () => {
    const made = await submit(MAKER, measured);
    expect((await world.work(made.runId)).status).toBe('done');
    const row = await releaseOf(made.releaseId);
    expect(row).toMatchObject({ status: 'in-review', publisher: 'acme', assetClass: 'UtilityStation', proof: { pass: true } });
    expect(textPart(open(new Uint8Array(row.pack)).files, PARTS.graph)).toBe(world.graphText);
    expect(await refusal(submit(MAKER, measured))).toMatchObject({ code: 'publish.version-taken' });

    await register(PLATFORM, 'platform');
    await world.as(PLATFORM, (tx) =>
      decideRelease(tx, MASTER_KEY, membership(PLATFORM), 'user:reviewer', {
        releaseId: made.releaseId,
        accept: true,
        comment: '',
      }),
    );
    expect(await refusal(submit(MAKER, measured))).toMatchObject({ code: 'publish.version-taken' });
    expect(await refusal(submit(MAKER, measured, { version: '0.9.9' }))).toMatchObject({
      code: 'publish.version-lower',
      en: expect.stringContaining('1.0.0'),
    });
  });

  test('every organization lists its own; yanking takes the release off the market', async () => {
    expect(await world.as(BUYER, (tx) => listOwnReleases(tx, BUYER))).toEqual([]);
    const own = await world.as(MAKER, (tx) => listOwnReleases(tx, MAKER));
    const listed = own.find((one) => one.status === 'listed');
    const failed = own.find((one) => one.status === 'proof-failed');
    if (!listed || !failed) throw new Error('the tests above list one and fail one');
    const yank = (orgId: string, id: string) => world.as(orgId, (tx) => yankRelease(tx, orgId, BY, id));
    expect(await refusal(yank(BUYER, listed.id))).toMatchObject({ code: 'access.not-found' });
    expect(await refusal(yank(MAKER, failed.id))).toMatchObject({ code: 'publish.state' });
    expect(await world.as(BUYER, (tx) => browseMarket(tx, BUYER, { search: '' }))).toHaveLength(1);
    await yank(MAKER, listed.id);
    expect(await world.as(BUYER, (tx) => browseMarket(tx, BUYER, { search: '' }))).toHaveLength(0);
  });

  test('a run is worked off once, and a cancelled one not at all', async () => {
    const done = await world.work(measured);
    const again = await world.work(measured);
    expect(again.finishedAt).toEqual(done.finishedAt);
    const { id } = await record(MAKER);
    await world.db.update(run).set({ status: 'cancelled' }).where(eq(run.id, id));
    expect(await world.work(id)).toMatchObject({ status: 'cancelled', report: null });
  });
});

test('versions are ordered by number, not by text (Semantic Versioning 2.0.0, section 11)', () => {
  expect(['1.10.0', '1.9.0', '2.0.0', '1.9.10'].sort(byVersion)).toEqual(['1.9.0', '1.9.10', '1.10.0', '2.0.0']);
});
