/** A scheduler as a process of its own, so that a test can kill it: `node sweep.testing.ts <database url>`. */
import { openDatabase } from '#drizzle/client.ts';
import { startScheduler } from './scheduler.ts';

const database = openDatabase(process.argv[2] ?? '', { max: 2, name: 'scheduler' });
const scheduler = startScheduler({ db: database.db, warn: (what, error) => process.stderr.write(`${what}: ${error}\n`) });
process.once('SIGTERM', async () => {
  await scheduler.stop();
  await database.close();
});
