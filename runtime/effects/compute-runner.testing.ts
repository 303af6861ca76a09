/** A compute runner as a process of its own, so that a test can kill it: `node compute-runner.testing.ts <database url>`. */
import { openDatabase } from '#drizzle/client.ts';
import { modelsIn } from '#runtime/compute/answering.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { startComputeRunner } from './compute-runner.ts';

const database = openDatabase(process.argv[2] ?? '', { max: 3, name: 'compute runner' });
const warn = (what: string, error: unknown) => process.stderr.write(`${what}: ${error}\n`);
const pool = openComputePool({ models: await modelsIn([]), size: 1, warn });
startComputeRunner({ db: database.db, computer: pool, claimMs: 1_000, warn });
