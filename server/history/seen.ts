import type { LogRow } from '#runtime/log/contract.ts';
import { HeadSampler } from '#runtime/log/head-sampler.ts';

/** The newest entries that this process read for its screens, and when. */
const MOST = 4_096;

interface Seen {
  readonly at: number;
  /** Its step is one of those that are traced. */
  readonly traced: boolean;
}
/** Shown by the web process' beat; what is traced and what is not must be told. */
export interface SeenCounts {
  traced: number;
  leftOut: number;
}
interface Held {
  readonly entries: Map<string, Seen>;
  readonly heads: HeadSampler;
  readonly counts: SeenCounts;
}
// The pages' bundle and the process that serves it are two copies of this module.
const global = globalThis as typeof globalThis & { millwrightSeen?: Held };
const held = (): Held => {
  global.millwrightSeen ??= { entries: new Map(), heads: new HeadSampler(), counts: { traced: 0, leftOut: 0 } };
  return global.millwrightSeen;
};

export function noteSeen(rows: readonly LogRow[], now = Date.now()): void {
  const { entries, heads, counts } = held();
  for (const { lane, seq, entry } of rows) {
    const traced = entry.kind === 'outputs' && heads.take(entry);
    if (entry.kind === 'outputs') counts[traced ? 'traced' : 'leftOut']++;
    entries.set(`${lane} ${seq}`, { at: now, traced });
  }
  for (const oldest of entries.keys()) {
    if (entries.size <= MOST) return;
    entries.delete(oldest);
  }
}

/** Epoch ms; undefined when no screen followed the lane then, another web process served it, or it is too long ago. */
export const seenAt = (lane: number, seq: number): number | undefined => held().entries.get(`${lane} ${seq}`)?.at;
export const isTraced = (lane: number, seq: number): boolean => held().entries.get(`${lane} ${seq}`)?.traced ?? false;
export const seenCounts = (): Readonly<SeenCounts> => held().counts;
