import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Day } from '../chaos/chaos.ts';
import { keptServer, openFolder } from './place.ts';
import type { Told } from './told.ts';

/** Room for the server's own files, a minute of the log and its outputs. */
const SIZE = '700m';
const BEFORE_MS = 20_000;
const FULL_MS = 40_000;
const AFTER_MS = 20_000;

/** The database's files on a disk of their own (a mounted tmpfs) that something else fills to the last byte, until a person makes room. */
export async function diskFull(told: Told): Promise<Day> {
  const folder = openFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=711`, 'tmpfs', folder]);
  const unmount = () => execFileSync('umount', ['-l', folder]);
  const settings = { max_wal_size: '96MB', min_wal_size: '32MB' };
  const server = await keptServer(folder, settings, unmount).catch((error) => {
    unmount();
    throw error;
  });
  const ballast = join(folder, 'ballast');
  return {
    server,
    env: {},
    now: Date.now,
    async happens(f) {
      await sleep(BEFORE_MS);
      fill(ballast);
      const again = setInterval(() => fill(ballast), 50);
      await told.during(f, 'disk full', FULL_MS);
      clearInterval(again);
      rmSync(ballast);
      await sleep(AFTER_MS);
    },
  };
}

/** Takes every byte that is left; what the server frees meanwhile is taken as well. */
function fill(file: string): void {
  const to = openSync(file, 'a');
  try {
    for (const block = Buffer.alloc(1 << 20); ; ) writeSync(to, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    fsyncSync(to);
  } finally {
    closeSync(to);
  }
}
