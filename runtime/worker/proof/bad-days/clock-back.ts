import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Day } from '../chaos/chaos.ts';
import { keptServer, openFolder } from './place.ts';
import type { Told } from './told.ts';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((at) => `/usr/lib/${at}/faketime/libfaketime.so.1`);
const HOUR_S = 3_600;
const DAY_MS = 86_400_000;
/** The machine's day begins this long before its midnight; what is started has to be up by then. */
const BEFORE_MIDNIGHT_MS = 90_000;
/** Into the new day, then back. */
const INTO_MS = 20_000;
const BACK_MS = 60_000;
const AFTER_MS = 30_000;

/**
 * The clock of the whole machine (database, workers, gateways, historian) passes midnight, is set back by an hour into the day before, and is set right
 * again a minute later. The device outside has the right time throughout. Needs libfaketime.
 */
export async function clockBack(told: Told): Promise<Day> {
  const library = LIBRARIES.find((file) => existsSync(file));
  if (!library) throw new Error(`libfaketime is not installed (apt-get install faketime): ${LIBRARIES.join(', ')}`);
  const folder = openFolder();
  const rc = join(folder, 'clock');
  const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  const ahead = midnight - BEFORE_MIDNIGHT_MS - Date.now();
  const set = (seconds: number) => writeFileSync(rc, `+${(ahead / 1_000 + seconds).toFixed(3)}\n`, { mode: 0o644 });
  set(0);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: rc,
    // looked at again this often, s
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DISABLE_SHM: '1',
    NO_FAKE_STAT: '1',
  };
  // what this process starts has the other clock; itself it keeps the right one
  Object.assign(process.env, env);
  const clean = () => {
    for (const name of Object.keys(env)) delete process.env[name];
  };
  const server = await keptServer(folder, {}, clean);
  const now = () => Date.now() + ahead;
  return {
    server,
    env,
    now,
    async happens(f) {
      await sleep(Math.max(INTO_MS, midnight + INTO_MS - now()));
      set(-HOUR_S);
      await told.during(f, 'clock set back', BACK_MS);
      set(0);
      await sleep(AFTER_MS);
    },
  };
}
