import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '#drizzle/audit.ts';
import { auth } from '../auth.ts';
import { AppError } from '../errors.ts';
import { PASSWORD, type TestServer, testServer } from '../session.testing.ts';

const code = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error.facts.code;
    throw error;
  }
  return 'no error';
};

describe('members', () => {
  let server: TestServer;
  let owner: Awaited<ReturnType<TestServer['person']>>;
  let orgId: string;
  beforeAll(async () => {
    server = await testServer();
    owner = await server.person('owner@example.com', 'Owner');
    ({ orgId } = await owner.call().organization.create({ name: 'Baoan Precision' }));
  });
  afterAll(() => server.stop());

  it('gives a new organization its control lane and inbox, once', async () => {
    const lanes = await server.sql`select kind from lane where org_id = ${orgId}`;
    expect(lanes.map((lane) => lane.kind)).toEqual(['control']);
    const channels = await server.sql`select name, kind from channel where org_id = ${orgId}`;
    expect([...channels]).toEqual([{ name: 'inbox', kind: 'inbox' }]);
  });

  it('invites, shows the offer, lets the invited person join with the role and work there', async () => {
    const { id } = await owner.call().members.invite({ email: 'op@example.com', roles: ['operator'] });
    expect(await server.nobody().members.invitation({ id })).toMatchObject({
      organization: 'Baoan Precision',
      inviter: 'Owner',
      email: 'op@example.com',
      roles: ['operator'],
    });
    const operator = await server.person('op@example.com', 'Op');
    const stranger = await server.person('stranger@example.com');
    expect(await code(stranger.call().members.accept({ id }))).toBe('members.invitation-of-another');
    await operator.call().members.accept({ id });
    const me = await operator.call().organization.me();
    expect(me?.org).toMatchObject({ orgId, roles: ['operator'] });
    expect(me?.may).toContain('alarm.acknowledge');
    expect(me?.may).not.toContain('plant.write');
    expect(await code(operator.call().members.accept({ id }))).toBe('members.invitation-over');
    expect(await code(server.nobody().members.invitation({ id }))).toBe('members.invitation-over');
  });

  it('refuses what a role may not do, and everything to who is not signed in or in no organization', async () => {
    const operator = await server.person('op2@example.com');
    expect(await code(operator.call().members.list())).toBe('access.no-organization');
    const { id } = await owner.call().members.invite({ email: 'op2@example.com', roles: ['viewer'] });
    await operator.call().members.accept({ id });
    expect(await code(operator.call().members.invite({ email: 'x@example.com', roles: ['viewer'] }))).toBe('access.forbidden');
    expect(await code(operator.call().audit.list({}))).toBe('access.forbidden');
    expect(await code(server.nobody().members.list())).toBe('access.sign-in-needed');
  });

  it('takes a right away at once', async () => {
    const person = await server.person('leaver@example.com');
    const { id } = await owner.call().members.invite({ email: 'leaver@example.com', roles: ['engineer'] });
    await person.call().members.accept({ id });
    expect(await person.call().organization.glance()).toMatchObject({ members: expect.any(Number) });
    const row = (await owner.call().members.list()).find((member) => member.email === 'leaver@example.com');
    await owner.call().members.changeRole({ memberId: row?.id ?? '', roles: ['viewer'] });
    expect((await person.call().organization.me())?.org?.roles).toEqual(['viewer']);
    await owner.call().members.remove({ memberId: row?.id ?? '' });
    expect(await code(person.call().organization.glance())).toBe('access.no-organization');
  });

  it('keeps an owner, owners to themselves, and reviewers to the platform', async () => {
    const rows = await owner.call().members.list();
    const self = rows.find((member) => member.email === 'owner@example.com');
    expect(await code(owner.call().members.remove({ memberId: self?.id ?? '' }))).toBe('members.only-owner');
    expect(await code(owner.call().members.changeRole({ memberId: self?.id ?? '', roles: ['admin'] }))).toBe(
      'members.only-owner',
    );
    const admin = await server.person('admin@example.com');
    const { id } = await owner.call().members.invite({ email: 'admin@example.com', roles: ['admin'] });
    await admin.call().members.accept({ id });
    expect(await code(admin.call().members.changeRole({ memberId: self?.id ?? '', roles: ['viewer'] }))).toBe(
      'members.owner-needed',
    );
    expect(await code(admin.call().members.invite({ email: 'n@example.com', roles: ['owner'] }))).toBe('members.owner-needed');
    expect(await code(owner.call().members.invite({ email: 'n@example.com', roles: ['reviewer'] }))).toBe(
      'members.reviewer-elsewhere',
    );
    expect(await code(owner.call().members.invite({ email: 'admin@example.com', roles: ['viewer'] }))).toBe(
      'members.already-member',
    );
  });

  it('answers another organization’s ids like absent ones', async () => {
    const other = await server.person('other@example.com');
    await other.call().organization.create({ name: 'Hengtai' });
    const mine = (await owner.call().members.list())[0];
    const { id } = await owner.call().members.invite({ email: 'later@example.com', roles: ['viewer'] });
    expect(await code(other.call().members.remove({ memberId: mine?.id ?? '' }))).toBe('access.not-found');
    expect(await code(other.call().members.withdraw({ id }))).toBe('access.not-found');
    expect(await code(other.call().keys.revoke({ id: 'absent' }))).toBe('access.not-found');
    expect((await other.call().members.list()).map((member) => member.email)).toEqual(['other@example.com']);
    expect(await other.call().audit.list({})).toHaveLength(1);
  });

  it('audits every change in a chain that holds, and nothing that was refused', async () => {
    const actions = (await owner.call().audit.list({ limit: 200 })).map((entry) => entry.action);
    expect(actions).toEqual(
      expect.arrayContaining(['organization.create', 'member.invite', 'member.join', 'member.change-role', 'member.remove']),
    );
    const before = actions.length;
    expect(await code(owner.call().members.invite({ email: 'owner@example.com', roles: ['viewer'] }))).toBe(
      'members.already-member',
    );
    expect(await owner.call().audit.list({ limit: 200 })).toHaveLength(before);
    expect(await verifyAudit(server.db, orgId)).toMatchObject({ ok: true, entries: before });
    expect(await owner.call().audit.verify()).toMatchObject({ ok: true });
  });

  it('throttles guessing per account, says nothing about which part was wrong, and lets others in', async () => {
    const attempt = async (email: string, password: string) => {
      const request = new Request('http://localhost/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
      });
      const response = await auth().handler(request);
      return {
        status: response.status,
        retry: response.headers.get('retry-after'),
        body: (await response.json()) as { code?: string },
      };
    };
    const wrong = await attempt('op@example.com', 'not this one');
    const absent = await attempt('no.such.person@example.com', 'not this one');
    expect(wrong.status).toBe(401);
    expect(absent).toEqual(wrong);
    for (let i = 0; i < 4; i++) await attempt('op@example.com', 'not this one');
    const stopped = await attempt('OP@example.com', PASSWORD);
    expect(stopped.status).toBe(429);
    expect(Number(stopped.retry)).toBeGreaterThan(0);
    expect(stopped.body.code).toBe('SIGN_IN_THROTTLED');
    expect((await attempt('stranger@example.com', PASSWORD)).status).toBe(200);
    await server.sql`update sign_in_throttle set since = now() - interval '61 seconds'`;
    expect((await attempt('op@example.com', PASSWORD)).status).toBe(200);
    // The right password forgets the slips before it.
    for (let i = 0; i < 4; i++) await attempt('op@example.com', 'not this one');
    expect((await attempt('op@example.com', PASSWORD)).status).toBe(200);
    for (let i = 0; i < 4; i++) expect((await attempt('op@example.com', 'not this one')).status).toBe(401);
  });
});
