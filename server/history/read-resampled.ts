import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { LONGEST_AGE_MS, RESAMPLE_METHODS, readResampled } from '#runtime/historian/resample.ts';
import { gridFor, gridInput } from './grid-input.ts';
import { readLog } from './log-reader.ts';
import { numberOf } from './read-rollups.ts';
import { checkWindow, trendInput } from './read-trend.ts';
import { requireSignals, type Signal } from './signals.ts';

export const resampledInput = trendInput
  .omit({ width: true })
  .extend(gridInput.shape)
  .extend({
    method: z.enum(RESAMPLE_METHODS),
    /** No value holds longer, and no line is drawn over a longer gap. */
    maxAgeMs: z.number().positive().max(LONGEST_AGE_MS).default(3_600_000),
  });

/** Several signals on one grid: what a table of them side by side, or a model, needs. */
export async function readSignalsResampled(
  tx: Tx,
  orgId: string,
  input: z.infer<typeof resampledInput>,
): Promise<{ time: number[]; signals: (Signal & { value: (number | null)[]; quality: number[] })[] }> {
  checkWindow(input);
  const grid = gridFor(input, input);
  const signals = await requireSignals(tx, orgId, input.ids);
  const found = await readResampled({ tx, orgId, readLog }, input.ids, grid, input.method, input.maxAgeMs);
  return {
    time: [...grid.starts],
    signals: signals.map((signal) => {
      const read = found.get(signal.id);
      return { ...signal, value: Array.from(read?.value ?? [], numberOf), quality: Array.from(read?.quality ?? []) };
    }),
  };
}
