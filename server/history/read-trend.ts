import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { originName } from '#runtime/historian/samples.ts';
import { readTrend } from '#runtime/historian/trend.ts';
import { failed } from './errors.ts';
import { readLatest } from './live-values.ts';
import { readLog } from './log-reader.ts';
import { requireSignals, type Signal } from './signals.ts';

/** Ten years: longer windows are a slip of the finger. */
const LONGEST_MS = 10 * 366 * 86_400_000;

export const windowInput = z.object({ from: z.number(), to: z.number() });
export const trendInput = windowInput.extend({
  ids: z.array(z.number().int()).min(1).max(20),
  /** Pixels: a trend needs no more points than can be told apart. */
  width: z.number().int().min(10).max(4000).default(1000),
});

export interface Trend extends Signal {
  /** Event times, epoch ms. */
  readonly x: readonly number[];
  /** Null where there is no number. */
  readonly y: readonly (number | null)[];
  /** Worst first: only the rows that are not good, as [row, quality]. */
  readonly quality: readonly (readonly [number, number])[];
  readonly simulated: boolean;
}

export function checkWindow({ from, to }: z.infer<typeof windowInput>): void {
  if (!(to > from) || to - from > LONGEST_MS) throw failed('history.window');
}

export async function readTrends(tx: Tx, orgId: string, input: z.infer<typeof trendInput>): Promise<Trend[]> {
  checkWindow(input);
  const signals = await requireSignals(tx, orgId, input.ids);
  const trends = await readTrend({ tx, orgId, readLog }, input.ids, input, input.width);
  // Stored summaries of long windows do not say where their values came from; the newest value does.
  const simulated = new Set((await readLatest(tx, orgId, input.ids)).flatMap((l) => (l.origin === 'simulated' ? [l.id] : [])));
  return signals.map((signal) => {
    const points = trends.get(signal.id);
    const quality: [number, number][] = [];
    points?.quality.forEach((q, i) => {
      if (q !== 0) quality.push([i, q]);
    });
    return {
      ...signal,
      x: Array.from(points?.x ?? []),
      y: Array.from(points?.y ?? [], (y) => (Number.isFinite(y) ? y : null)),
      quality,
      simulated: simulated.has(signal.id) || (points?.origin.some((o) => originName(o) === 'simulated') ?? false),
    };
  });
}
