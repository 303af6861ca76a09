import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';

/** Everything that the product under test keeps, as somebody with access to its disk would see it. */
const FOLDER = process.env.MILLWRIGHT_E2E_DATA ?? '.millwright/e2e';

export const masterKey = async () => (await readFile(join(FOLDER, 'master.key'), 'utf8')).trim();

/** Names of the log files in which one of the texts stands. */
export async function logsWith(texts: readonly string[]): Promise<string[]> {
  const folder = join(FOLDER, 'log');
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name), 'utf8');
    if (texts.some((text) => content.includes(text))) found.push(name);
  }
  return found;
}

/**
 * Tables in which one of the texts stands in the clear, as text or as bytes. What a program is given, its text, its samples, its forms, its state, is
 * read from tables and from nowhere else.
 */
export async function tablesWith(texts: readonly string[]): Promise<string[]> {
  const [server = ''] = (await readdir(join(FOLDER, 'postgres'), { recursive: true })).filter((name) =>
    name.endsWith('postmaster.pid'),
  );
  // The fifth line is the folder of the socket.
  const socket = (await readFile(join(FOLDER, 'postgres', server), 'utf8')).split('\n')[4] ?? '';
  const sql = postgres({
    host: socket,
    database: 'millwright',
    username: 'millwright',
    max: 1,
    onnotice: () => {},
  });
  try {
    const tables = await sql<{ schema: string; name: string }[]>`
      select schemaname as schema, tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
    const found: string[] = [];
    for (const { schema, name } of tables) {
      const [row] = await sql<{ there: boolean }[]>`
        select exists (select from ${sql(schema)}.${sql(name)} t, unnest(${[...texts]}::text[]) s
          where position(s in t::text) > 0 or position(encode(convert_to(s, 'UTF8'), 'hex') in t::text) > 0) as there`;
      if (row?.there) found.push(name);
    }
    return found;
  } finally {
    await sql.end();
  }
}
