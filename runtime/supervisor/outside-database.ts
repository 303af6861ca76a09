import postgres from 'postgres';
import { WEB_ROLE } from '#drizzle/policies.ts';
import { StartError, words } from './words.ts';

/**
 * An outside PostgreSQL looked at before anything uses it: is it there, is it new enough, and may its user do what a start needs? Every
 * refusal says what to change. `pg_has_role(…, 'set')` and granting with `set true` came with version 16.
 */
const OLDEST = 16;
const CONNECT_SECONDS = 10;

export async function checkOutsideDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_SECONDS, onnotice: () => {} });
  try {
    const [facts] = await sql<Facts[]>`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as "versionText",
        current_user as "user", current_database() as "database",
        has_database_privilege(current_database(), 'create') as "makesSchemas",
        has_schema_privilege('public', 'create') as "makesTables",
        (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as "makesRoles",
        exists (select 1 from pg_roles where rolname = ${WEB_ROLE}) as "hasWebRole"`;
    if (!facts) throw new Error('no answer');
    const refusal = refuse(facts) ?? ((await mayUseWebRole(sql, facts)) ? undefined : refuseRole(facts));
    if (refusal) throw new StartError(refusal);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(explain(error, url));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

export interface Facts {
  version: number;
  versionText: string;
  user: string;
  database: string;
  makesSchemas: boolean;
  makesTables: boolean;
  makesRoles: boolean;
  hasWebRole: boolean;
}

export function refuse(facts: Facts): string | undefined {
  const said = words().outside;
  if (facts.version < OLDEST * 10_000) return said.tooOld(facts.versionText, OLDEST);
  if (!facts.makesSchemas) return said.noSchemas(quote(facts.user), quote(facts.database));
  if (!facts.makesTables) return said.noTables(quote(facts.user));
  return undefined;
}

/** The role of row-level security: there and lent to us, or ours to make. */
async function mayUseWebRole(sql: postgres.Sql, facts: Facts): Promise<boolean> {
  if (!facts.hasWebRole) return facts.makesRoles;
  const [row] = await sql<{ lent: boolean; ours: boolean }[]>`
    select pg_has_role(current_user, ${WEB_ROLE}, 'set') as lent, pg_has_role(current_user, ${WEB_ROLE}, 'member with admin option') as ours`;
  return row?.lent === true || row?.ours === true;
}

function refuseRole(facts: Facts): string {
  const make = facts.hasWebRole ? [] : [`create role ${WEB_ROLE} nologin noinherit nobypassrls;`];
  const lend = `grant ${WEB_ROLE} to ${quote(facts.user)} with inherit false, set true;`;
  return words().outside.noRole(quote(facts.user), WEB_ROLE, [...make, lend].join(' '));
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** What the database or the network said, as what to look at. The address is shown without its password. */
function explain(error: unknown, url: string): string {
  const { outside } = words();
  const { code, message } = error as { code?: string; message?: string };
  const { hostname, port, username, pathname } = new URL(url);
  const at = `${hostname}:${port || 5432}`;
  const user = decodeURIComponent(username);
  switch (code) {
    case '28P01':
      return outside.password(user, at);
    case '28000':
      return outside.notLetIn(user, at, message ?? code);
    case '3D000':
      return outside.noDatabase(decodeURIComponent(pathname.slice(1)), at);
    case '53300':
      return outside.full(at);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return outside.noHost(hostname);
    case 'ECONNREFUSED':
      return outside.refused(at);
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return outside.silent(at);
    default:
      return words().outsideDatabase(message || code || String(error));
  }
}
