import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from './client.ts';
import { tables, WEB_ROLE } from './policies.ts';
import { type TestDatabase, testDatabase } from './seed/test-database.ts';

describe('row-level security', () => {
  let test: TestDatabase;
  let web: ReturnType<typeof openDatabase>;
  const as = <T>(org: string, fn: (sql: typeof web.sql) => Promise<T>) =>
    web.sql.begin(async (tx) => {
      await tx`select set_config('millwright.org', ${org}, true)`;
      return fn(tx as unknown as typeof web.sql);
    }) as Promise<T>;

  beforeAll(async () => {
    test = await testDatabase();
    web = openDatabase(test.url, { role: WEB_ROLE, max: 2 });
    await test.sql`insert into asset (org_id, level, code, name) values ('a', 'site', 'A', '{"en":"A"}'), ('b', 'site', 'B', '{"en":"B"}')`;
  });
  afterAll(async () => {
    await web.close();
    await test.close();
  });

  it('is on and forced for every table that carries a tenant, with a policy for the web and one for the owner', async () => {
    const all = (await tables(test.sql)).filter((table) => table.tenant && !table.partition);
    expect(all.length).toBeGreaterThan(20);
    for (const { name } of all) {
      const [row] =
        await test.sql`select relrowsecurity, relforcerowsecurity from pg_class where oid = ${`public.${name}`}::regclass`;
      expect(row, name).toEqual({ relrowsecurity: true, relforcerowsecurity: true });
      const policies = await test.sql`select policyname from pg_policies where tablename = ${name}`;
      expect(
        policies.map((policy) => policy.policyname),
        name,
      ).toEqual(expect.arrayContaining(['millwright_tenant', 'millwright_runtime']));
    }
  });

  it('cannot be bypassed by the role of the web', async () => {
    const [role] = await test.sql`select rolbypassrls, rolsuper, rolcanlogin from pg_roles where rolname = ${WEB_ROLE}`;
    expect(role).toEqual({ rolbypassrls: false, rolsuper: false, rolcanlogin: false });
    const [self] = await web.sql`select current_user`;
    expect(self?.current_user).toBe(WEB_ROLE);
  });

  it('shows every tenant its own rows, and nothing at all without a tenant', async () => {
    expect((await as('a', (sql) => sql`select code from asset`)).map((row) => row.code)).toEqual(['A']);
    expect((await as('b', (sql) => sql`select code from asset`)).map((row) => row.code)).toEqual(['B']);
    expect(await web.sql`select code from asset`).toHaveLength(0);
  });

  it('leaves another tenant out of every table: select, update and delete touch nothing', async () => {
    for (const { name } of (await tables(test.sql)).filter((table) => table.tenant && !table.partition)) {
      const read = as('nobody', (sql) => sql.unsafe(`select * from "${name}"`));
      // Closed to the web altogether is closed, too.
      const rows = await read.catch((error: Error) => (/^permission denied/.test(error.message) ? [] : Promise.reject(error)));
      expect(rows, name).toHaveLength(0);
    }
    expect((await as('a', (sql) => sql`update asset set code = 'X' where code = 'B'`)).count).toBe(0);
    expect((await as('a', (sql) => sql`delete from asset where code = 'B'`)).count).toBe(0);
  });

  it('refuses to insert or move a row into another tenant', async () => {
    await expect(
      as('a', (sql) => sql`insert into asset (org_id, level, code, name) values ('b', 'site', 'Z', '{"en":"Z"}')`),
    ).rejects.toThrow(/row-level security/);
    await expect(as('a', (sql) => sql`update asset set org_id = 'b' where code = 'A'`)).rejects.toThrow(/row-level security/);
  });

  it('gives a new table of a tenant the same protection, and closes one that nobody classified', async () => {
    const { applyPolicies } = await import('./policies.ts');
    await test.sql`create table later (org_id text not null, n int)`;
    await test.sql`create table stray (n int)`;
    const single = openDatabase(test.url, { max: 1 });
    await applyPolicies(single.sql);
    await single.close();
    await test.sql`insert into later values ('b', 1)`;
    expect(await as('a', (sql) => sql`select * from later`)).toHaveLength(0);
    expect(await as('b', (sql) => sql`select * from later`)).toHaveLength(1);
    await expect(web.sql`select * from stray`).rejects.toThrow(/permission denied/);
  });

  it('shows listed releases to all, others only to their publisher and to a platform organization', async () => {
    const release = (org: string, slug: string, status: string) => test.sql`
      insert into release (org_id, publisher, slug, version, title, summary, manifest, graph_hash, pack, pack_hash, status)
      values (${org}, ${org}, ${slug}, '1.0.0', '{"en":"t"}', '{"en":"s"}', '{}', 'h', '\\x00', 'h', ${status})`;
    await release('a', 'open', 'listed');
    await release('a', 'waiting', 'in-review');
    await test.sql`insert into organization (id, name, slug, created_at, platform) values ('p', 'P', 'p', now(), true), ('b', 'B', 'b', now(), false)`;
    const seen = async (org: string) =>
      (await as(org, (sql) => sql`select slug from release order by slug`)).map((row) => row.slug);
    expect(await seen('a')).toEqual(['open', 'waiting']);
    expect(await seen('b')).toEqual(['open']);
    expect(await seen('p')).toEqual(['open', 'waiting']);
    expect((await as('b', (sql) => sql`update release set status = 'yanked' where slug = 'open'`)).count).toBe(0);
    expect((await as('p', (sql) => sql`update release set status = 'listed' where slug = 'waiting'`)).count).toBe(1);
  });

  it('lets the web add to the audit log and never change it', async () => {
    await expect(as('a', (sql) => sql`update audit set actor = 'x'`)).rejects.toThrow(/permission denied/);
    await expect(as('a', (sql) => sql`delete from audit`)).rejects.toThrow(/permission denied/);
  });
});
