/** An effect runner as a process of its own, so that a test can kill it: `node runner.testing.ts <database url>`. */
import { openDatabase } from '#drizzle/client.ts';
import { startEffectRunner } from './runner.ts';

const database = openDatabase(process.argv[2] ?? '', { max: 3, name: 'effect runner' });
const runner = startEffectRunner({
  db: database.db,
  claimMs: 1_000,
  warn: (what, error) => process.stderr.write(`${what}: ${error}\n`),
});
process.once('SIGTERM', async () => {
  await runner.stop();
  await database.close();
});
