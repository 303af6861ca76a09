// A worker process as it is in the product, with the proof's catalogue; it is killed at random.
import pino from 'pino';
import { graphDocument } from '#runtime/graph/document.ts';
import { surviveLostSessions } from '#runtime/log/lost-sessions.ts';
import { endProcess } from '#runtime/sandbox/end-process.ts';
import { startWorker } from '../worker.ts';
import { compileProof, proofGraph } from './graph.ts';

const { DATABASE_URL = '', MILLWRIGHT_DATA = '', PROOF_LIMITS = '{}' } = process.env;
// Before it takes anything: bundling the fixtures takes a second that no worker of the product needs.
await compileProof({ graph: graphDocument.parse(proofGraph), graphHash: '', parameters: {}, instrumented: false });
const log = pino({ level: process.env.WORKER_TEST_LOG ?? 'warn' }, pino.destination({ dest: 2, sync: true }));
surviveLostSessions(log);
const worker = await startWorker({
  databaseUrl: DATABASE_URL,
  dataFolder: MILLWRIGHT_DATA,
  compile: compileProof,
  limits: JSON.parse(PROOF_LIMITS),
  log,
  exit: endProcess,
});
process.on('disconnect', () => process.exit(0));
// who it is in `shard.holder`
process.send?.(worker.facts().holder);
