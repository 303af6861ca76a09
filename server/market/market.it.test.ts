import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appVersion, audit, instance, release, shard, tag } from '#drizzle/schema/index.ts';
import { yankRelease } from '../publish/list-releases.ts';
import { browseMarket, readListing } from './browse.ts';
import { BUYER, MAKER, type MarketWorld, openMarketWorld, PLATFORM, refusal } from './fixture.testing.ts';
import { installRelease, planInstall } from './install-release.ts';

let world: MarketWorld;
let releaseId: string;
beforeAll(async () => {
  world = await openMarketWorld();
  releaseId = await world.list(MAKER, 'acme', '1.0.0');
});
afterAll(() => world.close());

const GRANTS = ['alarm.raise', 'notify.send', 'screen.render', 'tag.read', 'tag.write'];
const bound = (name: string) => ({ tagId: world.bought.tags.get(name) ?? world.compressor.tags.get(name) ?? 0 });
const bindings = () => ({
  pressure: bound('总管压力'),
  power: bound('总功率'),
  flow: bound('供气流量'),
  temperature: bound('1号机油温'),
  setpoint: bound('压力设定'),
});
const install = (over: Partial<Parameters<typeof installRelease>[3]> = {}, orgId = BUYER) =>
  world.as(orgId, (tx) =>
    installRelease(tx, orgId, 'user:owner', {
      releaseId,
      assetId: world.bought.assetId,
      bindings: bindings(),
      parameters: {},
      grants: GRANTS,
      ...over,
    }),
  );

describe('browsing', () => {
  test.each(['', 'compressor', '空压站', 'ACME guard', 'UtilityStation'])('finds the app by “%s”', async (search) => {
    const found = await world.as(BUYER, (tx) => browseMarket(tx, BUYER, { search }));
    expect(found.map((one) => one.id)).toEqual([releaseId]);
  });

  test('shows nothing that is not listed, and says so as for what never was', async () => {
    expect(await world.as(BUYER, (tx) => browseMarket(tx, BUYER, { search: 'lathe' }))).toEqual([]);
    const waiting = await world.list(MAKER, 'acme', '0.1.0');
    await world.db.update(release).set({ status: 'in-review' }).where(eq(release.id, waiting));
    for (const id of [waiting, crypto.randomUUID()]) {
      expect(await refusal(install({ releaseId: id }))).toMatchObject({ code: 'access.not-found' });
      expect(await refusal(world.as(BUYER, (tx) => planInstall(tx, BUYER, { releaseId: id })))).toMatchObject({
        code: 'access.not-found',
      });
    }
    const nobody = world.as(BUYER, (tx) => readListing(tx, BUYER, { publisher: 'acme', slug: 'nothing' }));
    expect(await refusal(nobody)).toMatchObject({ code: 'access.not-found' });
  });

  test('the newest version stands for the app', async () => {
    const newer = await world.list(MAKER, 'acme', '1.10.0');
    const [shown] = await world.as(BUYER, (tx) => browseMarket(tx, BUYER, { search: '' }));
    expect(shown?.version).toBe('1.10.0');
    const listing = await world.as(BUYER, (tx) => readListing(tx, BUYER, { publisher: 'acme', slug: 'compressor-guard' }));
    expect(listing).toMatchObject({ version: '1.10.0', capabilities: GRANTS });
    expect(listing.versions.map((one) => one.version)).toEqual(['1.10.0', '1.0.0']);
    expect(listing.roles.map((role) => role.name)).toEqual(['pressure', 'power', 'flow', 'temperature', 'setpoint']);
    await world.as(MAKER, (tx) => yankRelease(tx, MAKER, 'user:maker', newer));
    expect(await refusal(install({ releaseId: newer }))).toMatchObject({ code: 'access.not-found' });
  });
});

describe('planning', () => {
  test('maps every role of a plant with Chinese names in psi, °F and cubic feet', async () => {
    const plan = await world.as(BUYER, (tx) => planInstall(tx, BUYER, { releaseId }));
    expect(plan.assets.map((one) => one.code)).toEqual(['空压站-1']);
    expect(plan.assetId).toBe(world.bought.assetId);
    const names = plan.roles.map((role) => [role.name, role.candidates.find((one) => one.tagId === role.suggested)?.name]);
    expect(Object.fromEntries(names)).toEqual({
      pressure: '总管压力',
      power: '总功率',
      flow: '供气流量',
      temperature: '1号机油温',
      setpoint: '压力设定',
    });
    const conversion = (role: string) =>
      plan.roles.find((one) => one.name === role)?.candidates.find((one) => one.name === names.find(([r]) => r === role)?.[1])
        ?.conversion;
    // NIST SP 811, appendix B: 1 psi = 6.894757 kPa; 1 ft = 0.3048 m; t/°C = (t/°F − 32)/1.8
    expect(conversion('pressure')?.gain).toBeCloseTo(0.06894757, 8);
    expect(conversion('flow')?.gain).toBeCloseTo(0.3048 ** 3, 12);
    expect(conversion('temperature')?.gain).toBeCloseTo(1 / 1.8, 12);
    expect(conversion('temperature')?.offset).toBeCloseTo(-32 / 1.8, 10);
    // a role that is written is offered writable tags alone
    expect(plan.roles.find((role) => role.name === 'setpoint')?.candidates.map((one) => one.name)).toEqual(['压力设定']);
  });

  test('another organization’s asset is not found, and its tags are never offered', async () => {
    const foreign = world.as(BUYER, (tx) => planInstall(tx, BUYER, { releaseId, assetId: world.made.assetId }));
    expect(await refusal(foreign)).toMatchObject({ code: 'access.not-found' });
    const plan = await world.as(PLATFORM, (tx) => planInstall(tx, PLATFORM, { releaseId }));
    expect(plan).toMatchObject({ assets: [], assetId: null });
    expect(plan.roles.every((role) => role.candidates.length === 0 && role.suggested === null)).toBe(true);
  });
});

describe('installing', () => {
  test('is refused as a whole when something does not fit', async () => {
    const cases: [() => Promise<unknown>, string, RegExp][] = [
      [() => install({ assetId: world.made.assetId }), 'access.not-found', /asset/i],
      [() => install({ assetId: world.compressor.assetId }), 'market.asset-class', /Utility station.*空压机-1.*Compressor/],
      [() => install({ grants: GRANTS.filter((one) => one !== 'tag.write') }), 'market.grants', /tag\.write/],
      [() => install({ parameters: { lowPressure: 20 } }), 'market.parameter', /between 4 and 9 bar/],
      [() => install({ parameters: { lowPressure: 'low' } }), 'market.parameter', /a number/],
      [() => install({ parameters: { pressureLow: 6 } }), 'market.parameter-unknown', /pressureLow.*lowPressure/],
      [() => install({ bindings: { ...bindings(), flow: null } }), 'app.role-unbound', /Delivered flow/],
      [
        () => install({ bindings: { ...bindings(), flow: bound('总功率') } }),
        'app.tag-unfit',
        /kW cannot be converted to m3\/min/,
      ],
      [() => install({ bindings: { ...bindings(), setpoint: bound('总管压力') } }), 'app.tag-unfit', /read-only/],
      [
        () => install({ bindings: { ...bindings(), power: { tagId: world.made.tags.get('Air.Power') ?? 0 } } }),
        'access.not-found',
        /tag/i,
      ],
    ];
    for (const [attempt, code, sentence] of cases) {
      const said = await refusal(attempt());
      expect(said.code).toBe(code);
      expect(said.en).toMatch(sentence);
    }
    expect(await world.db.select().from(instance).where(eq(instance.orgId, BUYER))).toEqual([]);
    expect(await world.db.select().from(appVersion).where(eq(appVersion.orgId, BUYER))).toEqual([]);
  });

  test('puts the graph as published on the asset: same bytes, same hash, bound to the plant’s own tags', async () => {
    const made = await install({ parameters: { lowPressure: 5.8 } });
    expect(made.screen).toBe('main');
    const [row] = await world.db.select().from(instance).where(eq(instance.id, made.instanceId));
    expect(row).toMatchObject({ orgId: BUYER, key: '空压站-1', bindings: bindings(), wanted: 'run', status: 'starting' });
    const [version] = await world.db.select().from(appVersion).where(eq(appVersion.orgId, BUYER));
    const [original] = await world.db.select().from(appVersion).where(eq(appVersion.orgId, MAKER));
    expect(version?.graph).toBe(world.graphText);
    expect(version?.graphHash).toBe(original?.graphHash);
    const [cut] = await world.db.select().from(shard).where(eq(shard.instanceId, made.instanceId));
    expect(cut?.lanes).toEqual(expect.arrayContaining([world.bought.laneId, world.compressor.laneId]));
    const entries = await world.db.select().from(audit).where(eq(audit.orgId, BUYER));
    expect(entries.at(-1)).toMatchObject({ action: 'app.install', actor: 'user:owner', details: { grants: GRANTS } });
    const listing = await world.as(BUYER, (tx) => readListing(tx, BUYER, { publisher: 'acme', slug: 'compressor-guard' }));
    expect(listing.installations).toEqual([made.installationId]);
    // who else installed it is nobody's business
    expect(
      (await world.as(MAKER, (tx) => readListing(tx, MAKER, { publisher: 'acme', slug: 'compressor-guard' }))).installations,
    ).toEqual([]);
    // once more, on the same version
    await install();
    expect(await world.db.select().from(appVersion).where(eq(appVersion.orgId, BUYER))).toHaveLength(1);
  });

  test('a package that was altered by one byte is not installed, and the file is named', async () => {
    const altered = await world.list(MAKER, 'acme', '1.4.0');
    await world.alter(altered, 'graph.json');
    const said = await refusal(install({ releaseId: altered }));
    expect(said.code).toBe('market.altered');
    expect(said.en).toContain('graph.json');
    expect(said.zh).toContain('graph.json');
  });

  test('a listing without the platform’s countersignature is not installed', async () => {
    const forged = await world.list(MAKER, 'acme', '1.5.0');
    const [accepted] = await world.db.select().from(release).where(eq(release.id, releaseId));
    await world.db
      .update(release)
      .set({ countersignature: accepted?.countersignature ?? '' })
      .where(eq(release.id, forged));
    expect(await refusal(install({ releaseId: forged }))).toMatchObject({ code: 'market.altered' });
  });

  test('a tag that is gone is not found', async () => {
    await world.db.delete(tag).where(eq(tag.id, bound('机房温度').tagId));
    expect(await refusal(install({ bindings: { ...bindings(), temperature: bound('机房温度') } }))).toMatchObject({
      code: 'access.not-found',
    });
  });
});
