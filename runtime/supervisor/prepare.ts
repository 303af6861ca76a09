import { existsSync } from 'node:fs';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { masterKeyFits } from '#drizzle/secrets.ts';
import { say } from './progress.ts';
import { words } from './words.ts';

/**
 * Run by the supervisor as a process of its own before the others start, so that the supervisor itself stays small: `migrate`
 * brings the tables up to date, `seed` makes the demo organizations when they are not there.
 */
const [task] = process.argv.slice(2);
const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env;
if (!databaseUrl) throw new Error('DATABASE_URL is not set; the supervisor passes it.');

if (task === 'migrate') {
  await migrateDatabase(databaseUrl, queueUrl ? { queueUrl } : {});
  await refuseForeignKey(databaseUrl);
} else if (task === 'seed') {
  const seed = new URL('../../drizzle/seed/demo.ts', import.meta.url);
  if (existsSync(seed)) {
    const { seedDemo } = (await import(seed.href)) as { seedDemo: (options: { databaseUrl: string }) => Promise<void> };
    await seedDemo({ databaseUrl });
  }
} else throw new Error(`Unknown task ${task}; it is migrate or seed.`);
process.exit(0);

/** Another data folder on the same database, or a restored database without its key: better said now than at the first machine's password. */
async function refuseForeignKey(url: string) {
  const { db, close } = openDatabase(url, { max: 1, name: 'millwright prepare' });
  const fits = await masterKeyFits(db, process.env.MILLWRIGHT_MASTER_KEY ?? '');
  await close();
  if (fits) return;
  say(words().foreignKey);
  process.exit(1);
}
