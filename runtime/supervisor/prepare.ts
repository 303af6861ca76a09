import { existsSync } from 'node:fs';
import { migrateDatabase } from '#drizzle/migrate.ts';

/**
 * Run by the supervisor as a process of its own before the others start, so that the supervisor itself stays small: `migrate`
 * brings the tables up to date, `seed` makes the demo organizations when they are not there.
 */
const [task] = process.argv.slice(2);
const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env;
if (!databaseUrl) throw new Error('DATABASE_URL is not set; the supervisor passes it.');

if (task === 'migrate') await migrateDatabase(databaseUrl, queueUrl ? { queueUrl } : {});
else if (task === 'seed') {
  const seed = new URL('../../drizzle/seed/demo.ts', import.meta.url);
  if (existsSync(seed)) {
    const { seedDemo } = (await import(seed.href)) as { seedDemo: (options: { databaseUrl: string }) => Promise<void> };
    await seedDemo({ databaseUrl });
  }
} else throw new Error(`Unknown task ${task}; it is migrate or seed.`);
process.exit(0);
