import type { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { readRollups } from '#runtime/historian/read-rollups.ts';
import { meanOf } from '#runtime/historian/rollup.ts';
import { gridFor, gridInput } from './grid-input.ts';
import { readLog } from './log-reader.ts';
import { checkWindow, trendInput } from './read-trend.ts';
import { requireSignals, type Signal } from './signals.ts';

export const rollupsInput = trendInput.omit({ width: true }).extend(gridInput.shape);

export interface RollupRow {
  /** Start of the stretch, epoch ms. */
  readonly time: number;
  /** Samples, and how many of them are usable numbers. */
  readonly n: number;
  readonly count: number;
  /** Of the usable numbers; null without one. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Worst inside. */
  readonly quality: number;
}

/** Minimum, maximum, mean, count, first, last and worst quality of each stretch that has samples. */
export async function readSignalRollups(
  tx: Tx,
  orgId: string,
  input: z.infer<typeof rollupsInput>,
): Promise<(Signal & { rows: RollupRow[] })[]> {
  checkWindow(input);
  const grid = gridFor(input, input);
  const signals = await requireSignals(tx, orgId, input.ids);
  const found = await readRollups({ tx, orgId, readLog }, input.ids, grid);
  return signals.map((signal) => ({
    ...signal,
    rows: (found.get(signal.id) ?? []).map((r) => ({
      time: r.start,
      n: r.n,
      count: r.count,
      min: numberOf(r.min),
      max: numberOf(r.max),
      mean: numberOf(meanOf(r)),
      first: numberOf(r.first),
      last: numberOf(r.last),
      quality: r.worst,
    })),
  }));
}

export const numberOf = (x: number): number | null => (Number.isFinite(x) ? x : null);
