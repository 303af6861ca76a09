import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Trouble } from '#drizzle/troubles.ts';

/** The first time some minutes after the start, when everything else has settled. */
const FIRST_MS = 600_000;
const EVERY_MS = 3_600_000;
const ENTRY = fileURLToPath(new URL('../housekeeping/main.ts', import.meta.url));

/** What housekeeping said last; `problems` names what it could not do. */
export interface HouseFacts {
  readonly at?: string;
  readonly tookMs?: number;
  readonly problems?: readonly Trouble[];
  /** How long what is kept on this platform, where nobody set another rule. */
  readonly rules?: HouseRules;
}
export interface HouseRules {
  /** Days of the log in the database, and of its archives after that. */
  readonly logDays: number;
  readonly archiveDays: number;
  /** Days of every sample (0 = for ever), and after how many of them they move to Parquet. */
  readonly sampleDays: number;
  readonly hotDays: number;
  /** Hours of raw waves and of every frame. */
  readonly largeHours: number;
}

/** Starts a housekeeping process now and then until `signal`, one at a time, and passes on what it says. */
export async function keepHousekeeper(
  onReport: (facts: HouseFacts) => void,
  signal: AbortSignal,
  times: { firstMs?: number; everyMs?: number } = {},
): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  await pause(times.firstMs ?? FIRST_MS);
  while (!signal.aborted) {
    await runOnce(onReport, signal);
    await pause(times.everyMs ?? EVERY_MS);
  }
}

async function runOnce(onReport: (facts: HouseFacts) => void, signal: AbortSignal): Promise<void> {
  const flags = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=384'];
  const child = spawn(process.execPath, [...flags, ENTRY], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  let reported = false;
  child.on('message', (report: HouseFacts & { done?: unknown }) => {
    reported = true;
    const { done: _, ...facts } = report;
    onReport(facts);
  });
  try {
    const [code, killed] = (await once(child, 'close')) as [number | null, string | null];
    if (!reported && code !== 0 && !signal.aborted)
      onReport({ at: new Date().toISOString(), problems: [{ code: 'house-ended', params: { by: killed ?? `exit ${code}` } }] });
  } catch (error) {
    onReport({
      at: new Date().toISOString(),
      problems: [{ code: 'house-not-started', params: { why: (error as NodeJS.ErrnoException).code ?? 'unknown' } }],
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
