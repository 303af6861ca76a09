import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What a process and all its descendants use, from Linux' /proc. */
export interface Usage {
  processes: number;
  /** Resident memory summed: a page shared by ten processes counts ten times. MiB. */
  rss: number;
  /** Proportional memory: such a page counts once. MiB. */
  pss: number;
  /** CPU time used so far by those still alive, seconds. */
  cpu: number;
}
/** USER_HZ; fixed at 100 on every Linux that Node runs on. */
const TICKS = 100;

export function usageOf(pid: number): { total: Usage; byName: Map<string, Usage> } {
  const total: Usage = { processes: 0, rss: 0, pss: 0, cpu: 0 };
  const byName = new Map<string, Usage>();
  for (const member of treeOf(pid)) {
    const memory = memoryOf(member);
    const usage: Usage = { processes: 1, ...memory, cpu: cpuOf(member) };
    const name = nameOf(member);
    for (const sum of [total, byName.get(name) ?? byName.set(name, { processes: 0, rss: 0, pss: 0, cpu: 0 }).get(name)]) {
      if (!sum) continue;
      sum.processes += usage.processes;
      sum.rss += usage.rss;
      sum.pss += usage.pss;
      sum.cpu += usage.cpu;
    }
  }
  return { total, byName };
}

function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(fieldsOf(pid)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const tree = [root];
  for (let i = 0; i < tree.length; i++) tree.push(...(children.get(tree[i] ?? 0) ?? []));
  return tree;
}

/** Fields of /proc/<pid>/stat after the name: 0 state, 1 parent, 11 user time, 12 system time. Gone processes have none. */
function fieldsOf(pid: number): string[] | undefined {
  const stat = text(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const cpuOf = (pid: number) => {
  const fields = fieldsOf(pid);
  return (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) / TICKS;
};

function memoryOf(pid: number) {
  const rollup = text(`/proc/${pid}/smaps_rollup`) ?? '';
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  return { rss: kibibytes('Rss') / 1024, pss: kibibytes('Pss') / 1024 };
}

/** `worker` for runtime/worker/main.ts, `plants` for each simulated machine, `postgres` for the server and its children; never a path of this machine. */
function nameOf(pid: number): string {
  const command = text(`/proc/${pid}/cmdline`)?.split('\0').join(' ') ?? '';
  return (
    /(?:runtime\/)?(\w+)\/(?:main|start)\.ts/.exec(command)?.[1] ??
    /runtime\/(\w+)\/[\w-]+\.ts/.exec(command)?.[1] ??
    (/postgres/.test(command) ? 'postgres' : basename(command.split(' ')[0] ?? ''))
  );
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // it ended while we looked
  }
}
