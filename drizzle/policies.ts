/**
 * Row-level security, made anew after every migration (`applyPolicies`). It walks the database's own catalogue, so a table that carries
 * `org_id` is closed to other tenants from the moment it exists, and a table that nobody classified is closed to the web altogether:
 * forgetting shows as "permission denied", never as a leak.
 *
 * Two parties: the owner (runtime processes serve all tenants) and `millwright_web`, which sees the rows of the tenant named by
 * `set_config('millwright.org', …, true)` in the running transaction (`server/db.ts`).
 */
import type { Sql } from 'postgres';

/** NOLOGIN, NOBYPASSRLS: taken on by the web's connections at their start. */
export const WEB_ROLE = 'millwright_web';

type Rights = 'none' | 'select' | 'select, insert' | 'select, insert, update, delete';

/** Tables without `org_id`, by name. Those of sign-in are reached before a tenant is known. */
const WITHOUT_TENANT: Readonly<Record<string, Rights>> = {
  user: 'select, insert, update, delete',
  session: 'select, insert, update, delete',
  account: 'select, insert, update, delete',
  verification: 'select, insert, update, delete',
  organization: 'select, insert, update, delete',
  member: 'select, insert, update, delete',
  invitation: 'select, insert, update, delete',
  apikey: 'select, insert, update, delete',
  sign_in_throttle: 'select, insert, update, delete',
  process: 'select',
  // Lane numbers and counts: how much of a lane is stored decides where the end of the log begins.
  history_cursor: 'select',
  // Programs are shared by content and may hold a tenant's own code: workers alone read them.
  program: 'none',
};

/** Less than everything on a table of the tenant. */
const RIGHTS: Readonly<Record<string, Rights>> = {
  // Append-only for the web.
  audit: 'select, insert',
  // Counted by housekeeping.
  effect_gone: 'select',
  // Written by the historian alone.
  chunk: 'select',
  latest: 'select',
  cold_file: 'select',
  rollup: 'select',
  event: 'select',
  log_archive: 'select',
  // Business records change by transitions alone, which append a version; none is ever removed.
  record_version: 'select, insert',
  // Whether a blob is still needed is the runtime's to say.
  blob_use: 'select',
  // Written with the steps.
  late_count: 'select',
  step_time: 'select',
  node_figures: 'select',
  // What a web process sent and a browser drew.
  hop_time: 'select, insert',
  // A state is the runtime's alone.
  kept_checkpoint: 'none',
};

const MINE = `org_id = (select current_setting('millwright.org', true))`;
const PLATFORM = `exists (select 1 from organization o where o.id = (select current_setting('millwright.org', true)) and o.platform)`;

/** Meant to be seen across tenants, and by whom. */
const ALSO: Readonly<Record<string, readonly { name: string; on: 'select' | 'update'; using: string }[]>> = {
  release: [
    { name: 'listed_for_all', on: 'select', using: `status in ('listed', 'yanked')` },
    { name: 'platform_reads', on: 'select', using: PLATFORM },
    { name: 'platform_decides', on: 'update', using: PLATFORM },
  ],
  // Public keys are there to be checked against by everyone; the private part is a sealed secret of its own.
  publisher_key: [{ name: 'keys_for_all', on: 'select', using: 'true' }],
};

interface Table {
  name: string;
  tenant: boolean;
  partition: boolean;
}

/** Statements for one table; pure, so that the test reads them. */
export function tableStatements(table: Table): string[] {
  const name = `"${table.name}"`;
  const statements = [`revoke all on ${name} from ${WEB_ROLE}`];
  // A partition is reached through its parent, whose policy then holds.
  if (table.partition) return statements;
  const rights = table.tenant ? (RIGHTS[table.name] ?? 'select, insert, update, delete') : (WITHOUT_TENANT[table.name] ?? 'none');
  if (rights !== 'none') statements.push(`grant ${rights} on ${name} to ${WEB_ROLE}`);
  if (!table.tenant) return statements;
  statements.push(
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    policy(name, 'runtime', 'all', 'current_user', 'true'),
    policy(name, 'tenant', 'all', WEB_ROLE, MINE),
    ...(ALSO[table.name] ?? []).map((also) => policy(name, also.name, also.on, WEB_ROLE, also.using)),
  );
  return statements;
}

function policy(table: string, name: string, on: string, to: string, condition: string): string {
  const check = on === 'select' ? '' : ` with check (${condition})`;
  return `create policy "millwright_${name}" on ${table} for ${on} to ${to} using (${condition})${check}`;
}

/** Brings role, grants and policies up to date. `sql` is the owner's, on one connection. */
export async function applyPolicies(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    // Roles belong to the whole server: databases of one server that migrate at once must not race for it.
    await tx`select pg_advisory_xact_lock(hashtext('millwright role'))`;
    const [role] = await tx`select 1 from pg_roles where rolname = ${WEB_ROLE}`;
    if (!role) await tx.unsafe(`create role ${WEB_ROLE} nologin noinherit nobypassrls nosuperuser`);
    const [member] = await tx`select 1 where pg_has_role(current_user, ${WEB_ROLE}, 'set')`;
    if (!member) await tx.unsafe(`grant ${WEB_ROLE} to current_user with inherit false, set true`);
    await tx.unsafe(`grant usage on schema public to ${WEB_ROLE}`);
    for (const { table, name } of await tx<{ table: string; name: string }[]>`
      select tablename as "table", policyname as name from pg_policies where schemaname = 'public' and starts_with(policyname, 'millwright_')`)
      await tx.unsafe(`drop policy "${name}" on "${table}"`);
    for (const table of await tables(tx)) for (const statement of tableStatements(table)) await tx.unsafe(statement);
  });
}

/** Ordinary and partitioned tables of the product. */
export async function tables(sql: Pick<Sql, 'unsafe'>): Promise<Table[]> {
  return sql.unsafe<Table[]>(`
    select c.relname as name, c.relispartition as partition,
           exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped) as tenant
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`);
}
