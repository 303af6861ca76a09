import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { databaseAddress } from '#drizzle/address.ts';
import { type Beat, startBeat } from '#runtime/supervisor/beat.ts';
import { openLog } from '#runtime/supervisor/log.ts';
import { NODE_FLAGS } from '#runtime/supervisor/node-options.ts';
import { openControl } from './control.ts';
import type { FaultState } from './faults.ts';
import { PLANT_SOURCES, type PlantSource } from './plant-tag.ts';
import { dataFolder, plantPorts } from './ports.ts';
import type { FromServer, ToServer } from './serve.ts';

/**
 * The demo plants: one process per protocol server, so that each is a device of its own that can be killed, restarted and timed apart.
 * Keeps them alive, hands them the switched faults, and tells its supervisor when all serve.
 */
const log = openLog('plants');
/** Every plant server is small; OPC UA with its certificates is the largest (about 60 MB of heap). */
const HEAP_MB: Readonly<Record<PlantSource, number>> = {
  'compressor-opcua': 96,
  'pumps-modbus': 64,
  'vibration-mqtt': 64,
  'meters-sparkplug': 64,
  'plant-b-modbus': 64,
};
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const PROVEN_MS = 30_000;
const STOP_MS = 4500;

interface Told {
  ready(): void;
  change(change: unknown): void;
  faults(): FaultState;
}

/** One server's process, started again with growing waits when it ends unasked. */
class PlantProcess {
  readonly name: PlantSource;
  ready = false;
  readonly #told: Told;
  #child: ChildProcess | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(name: PlantSource, told: Told) {
    this.name = name;
    this.#told = told;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #start(): void {
    const begun = Date.now();
    const entry = fileURLToPath(new URL(`${this.name}.ts`, import.meta.url));
    const flags = [...NODE_FLAGS, `--max-old-space-size=${HEAP_MB[this.name]}`];
    const child = spawn(process.execPath, [...flags, entry], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child = child;
    this.tell();
    child.on('message', (message: FromServer) => {
      if ('ready' in message) {
        this.ready = true;
        this.tell();
        this.#told.ready();
      } else this.#told.change(message.change);
    });
    child.on('error', (error) => log.error({ event: 'child', server: this.name, error }));
    child.on('exit', (code, signal) => {
      this.ready = false;
      this.#child = undefined;
      if (this.#stopping) return;
      this.#failures = Date.now() - begun > PROVEN_MS ? 1 : this.#failures + 1;
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
      log.warn({ event: 'ended', server: this.name, code, signal, againInMs: wait });
      this.#timer = setTimeout(() => this.#start(), wait);
    });
  }

  tell(): void {
    if (!this.#child?.connected) return;
    const message: ToServer = { faults: this.#told.faults() };
    this.#child.send(message, (error) => {
      if (error) log.warn({ event: 'tell', server: this.name, reason: error.message }); // it is ending: told again at its next start
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(late);
  }
}

const ports = await plantPorts(dataFolder());
const plants: PlantProcess[] = [];
const control = await openControl(ports.control, (faults) => {
  log.info({ event: 'faults', faults });
  for (const plant of plants) plant.tell();
});
let announced = false;
for (const name of PLANT_SOURCES) {
  plants.push(
    new PlantProcess(name, {
      faults: () => control.faults,
      change: (change) => control.change(change),
      ready() {
        if (announced || !plants.every((plant) => plant.ready)) return;
        announced = true;
        log.info({ event: 'ready', ports });
        process.send?.({ ready: true });
      },
    }),
  );
}

/** One connection without the tables of the schema, which would cost this small process most of its memory. */
function connect(to: string): postgres.Sql {
  const address = databaseAddress(to);
  const common = { max: 1, connection: { application_name: 'plants' }, onnotice: () => {} };
  if (address.kind === 'url') return postgres(address.url, common);
  return postgres({ path: `${address.folder}/.s.PGSQL.5432`, user: address.user, database: address.database, ...common });
}

// liveness is for the health page; the plants themselves need no database
const url = process.env.DATABASE_URL;
const sql = url ? connect(url) : undefined;
const beat: Beat | undefined = sql
  ? startBeat({
      sql,
      kind: 'plants',
      facts: () => ({ ports, servers: Object.fromEntries(plants.map((plant) => [plant.name, plant.ready])) }),
      warn: (error) => log.warn({ event: 'beat', error }),
    })
  : undefined;

let stopping = false;
async function stop(why: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ event: 'stopping', why });
  await Promise.all([...plants.map((plant) => plant.stop()), control.close(), beat?.stop()]);
  await sql?.end({ timeout: 1 });
  process.exit(0);
}
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
if (process.connected) process.on('disconnect', () => void stop('supervisor gone'));
