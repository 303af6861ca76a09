import { readFile } from 'node:fs/promises';

/** What a process has used: s of processor time and MB of memory. Undefined where the system does not tell (only Linux does, under /proc). */
export async function resourcesOf(pid: number): Promise<{ readonly cpuSeconds: number; readonly megabytes: number } | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything; fields count from behind it: utime 14, stime 15, rss 24
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (field: number) => Number(fields[field - 3]);
    return { cpuSeconds: (at(14) + at(15)) / TICKS, megabytes: (at(24) * PAGE) / 1e6 };
  } catch {
    return undefined;
  }
}
/** USER_HZ and the page size of every Linux that Node runs on (x64, arm64 with 4 KB pages). */
const TICKS = 100;
const PAGE = 4096;
