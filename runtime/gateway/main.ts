/**
 * Process entry: holds connections to machines, and runs the platform's MQTT broker. Any number may be started; each connection is held by one
 * of them, and only one of a machine (`MILLWRIGHT_BROKER_PORT=off` for the others) needs the broker.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { openDatabase } from '#drizzle/client.ts';
import { surviveLostSessions } from '#runtime/log/lost-sessions.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { startBeat } from '#runtime/supervisor/beat.ts';
import { openLog } from '#runtime/supervisor/log.ts';
import { onStop } from '#runtime/supervisor/stop.ts';
import { openBroker } from './broker/broker.ts';
import { Gateway } from './gateway.ts';

const log = openLog('gateway');
surviveLostSessions(log);
const schema = z.object({
  DATABASE_URL: z.string().min(1),
  MILLWRIGHT_DATA: z.string().min(1).default('.millwright'),
  MILLWRIGHT_MASTER_KEY: z.string().min(32),
  /** Address at which web processes of other machines reach this gateway; absent = this machine alone. */
  MILLWRIGHT_GATEWAY_HOST: z.string().min(1).optional(),
  /** `off`, or a fixed port; absent = the port it had, or a free one. */
  MILLWRIGHT_BROKER_PORT: z.union([z.literal('off'), z.coerce.number().int().min(1).max(65_535)]).optional(),
});
const checked = schema.safeParse(process.env);
if (!checked.success) {
  log.fatal(
    { problems: checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) },
    'the environment is not complete',
  );
  process.exit(1);
}
const env = checked.data;
const name = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
const database = openDatabase(env.DATABASE_URL, { max: 2, name: 'millwright gateway' });
const broker =
  env.MILLWRIGHT_BROKER_PORT === 'off'
    ? undefined
    : await openBroker({ db: database.db, log, dataFolder: env.MILLWRIGHT_DATA, port: env.MILLWRIGHT_BROKER_PORT });
const gateway = new Gateway({
  url: env.DATABASE_URL,
  dataFolder: env.MILLWRIGHT_DATA,
  masterKey: env.MILLWRIGHT_MASTER_KEY,
  log,
  name,
  inboundHost: env.MILLWRIGHT_GATEWAY_HOST,
});
const beat = startBeat({
  sql: database.sql,
  kind: 'gateway',
  facts: () => ({
    ...gateway.facts(),
    problems: steadyClock.problems,
    ...(broker ? { broker: { port: broker.port, clients: broker.clients(), waitingBytes: broker.waiting() } } : {}),
  }),
  warn: (error) => log.warn({ error: String(error) }, 'heartbeat failed'),
});
log.info({ gateway: name }, 'gateway started');

onStop(async (reason) => {
  log.info({ reason }, 'stopping');
  await gateway.stop();
  await broker?.close();
  await beat.stop();
  await database.close();
});
