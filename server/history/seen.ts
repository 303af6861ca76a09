/** The newest entries that this process read for its screens, and when: the last hop of a trace that the server can see. */
const MOST = 4_096;
const seen = new Map<string, number>();

export function noteSeen(rows: readonly { readonly lane: number; readonly seq: number }[], now = Date.now()): void {
  for (const { lane, seq } of rows) seen.set(`${lane} ${seq}`, now);
  for (const oldest of seen.keys()) {
    if (seen.size <= MOST) return;
    seen.delete(oldest);
  }
}

/** Epoch ms; undefined when no screen followed the lane then, another web process served it, or it is too long ago. */
export const seenAt = (lane: number, seq: number): number | undefined => seen.get(`${lane} ${seq}`);
