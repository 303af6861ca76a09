import type { LogRow } from '#runtime/log/contract.ts';
import type { LogReader } from '#runtime/log/reader.ts';

/** Clocks of machines may differ by this much; the search begins that much earlier. */
const SLACK_MS = 60_000;

export type StepRow = LogRow & { readonly entry: Extract<LogRow['entry'], { kind: 'outputs' }> };

/**
 * The step of a shard that consumed entry `seq` of the lane at `place` in its list: the first whose cursor reaches it. Cursors never go back, so
 * the journal is halved, some twenty small reads. Undefined while it is not consumed.
 */
export async function findStep(
  reader: LogReader,
  shard: { readonly outLane: number; readonly place: number },
  entry: { readonly seq: number; readonly at: number },
): Promise<StepRow | undefined> {
  const [last = 0] = await reader.ends([shard.outLane]);
  let before = await reader.before(shard.outLane, entry.at - SLACK_MS);
  let found: StepRow | undefined;
  for (let end = last; before < end; ) {
    const middle = Math.floor((before + end) / 2);
    const [row] = await reader.readAfter([shard.outLane], [middle], 1);
    if (row?.entry.kind !== 'outputs') return undefined;
    if ((row.upto?.[shard.place] ?? 0) >= entry.seq) {
      found = { ...row, entry: row.entry };
      end = middle;
    } else before = middle + 1;
  }
  return found;
}
