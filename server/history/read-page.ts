import type { Tx } from '#drizzle/client.ts';
import { readSamples, type Window } from '#runtime/historian/query.ts';
import { concat, type Samples } from '#runtime/historian/samples.ts';
import { readLog } from './log-reader.ts';

/** One piece of this much time is read at once: a page of a month holds no more in memory than it gives. */
const SLICE_MS = 6 * 3_600_000;

/** Samples of a tag from the beginning of the window: all, or at least one more than `limit`. */
export async function readPage(
  tx: Tx,
  orgId: string,
  id: number,
  window: Window,
  limit: number,
  knownAt?: number,
): Promise<Samples | undefined> {
  const pieces: Samples[] = [];
  let found = 0;
  for (let from = window.from; from < window.to && found <= limit; from += SLICE_MS) {
    const slice = { from, to: Math.min(from + SLICE_MS, window.to) };
    const piece = (await readSamples({ tx, orgId, readLog }, [id], slice, knownAt)).get(id);
    if (!piece || piece.n === 0) continue;
    pieces.push(piece);
    found += piece.n;
  }
  return pieces.length > 0 ? concat(pieces) : undefined;
}
