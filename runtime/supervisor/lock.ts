import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, words } from './words.ts';

/**
 * `<data>/running.json`: who runs on this data folder. One supervisor at a time; and after a supervisor was killed, the next one
 * first waits for the children it left (they leave by themselves within five seconds), because they hold the port.
 */
interface Running {
  supervisor: ProcessMark;
  children: ProcessMark[];
}
/** A pid is used again some day; together with its start time it names one process for ever. */
export interface ProcessMark {
  pid: number;
  started: string;
}
const PATIENCE_MS = 10_000;

export const markOf = (pid: number): ProcessMark => ({ pid, started: startTime(pid) ?? '' });

/** Field 22 of /proc/<pid>/stat, in clock ticks since boot; the kernel's own name for when. Absent where there is no /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function lives({ pid, started }: ProcessMark): boolean {
  if (process.platform === 'linux') return startTime(pid) === started && started !== '';
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const path = (dataFolder: string) => join(dataFolder, 'running.json');

function read(dataFolder: string): Running | null {
  try {
    return JSON.parse(readFileSync(path(dataFolder), 'utf8')) as Running;
  } catch {
    return null; // none: nobody to wait for
  }
}

export function refuseSecond(dataFolder: string): void {
  const running = read(dataFolder);
  if (running && lives(running.supervisor)) throw new StartError(words().alreadyRunning(dataFolder, running.supervisor.pid));
}

/** Children of a killed supervisor that are still leaving. */
export function leftovers(dataFolder: string): ProcessMark[] {
  return read(dataFolder)?.children.filter(lives) ?? [];
}

export async function outwait(processes: readonly ProcessMark[]): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (processes.some(lives)) {
    if (Date.now() > until) for (const { pid } of processes.filter(lives)) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

/** The file of this start: rewritten whenever a process begins or ends, removed at a clean stop. */
export class RunningFile {
  readonly #folder: string;
  readonly #pids = new Set<number>();

  constructor(dataFolder: string) {
    this.#folder = dataFolder;
    this.#write();
  }

  add(pid: number | undefined): void {
    if (pid !== undefined) this.#pids.add(pid);
    this.#write();
  }

  remove(pid: number | undefined): void {
    if (pid !== undefined) this.#pids.delete(pid);
    this.#write();
  }

  forget(): void {
    rmSync(path(this.#folder), { force: true });
  }

  #write(): void {
    const running: Running = { supervisor: markOf(process.pid), children: [...this.#pids].map(markOf) };
    // Beside and renamed: a supervisor that is killed while it writes must not leave its children unknown to the next.
    const fresh = `${path(this.#folder)}.new`;
    writeFileSync(fresh, JSON.stringify(running));
    renameSync(fresh, path(this.#folder));
  }
}
