import { z } from 'zod';
import { GRID_UNITS, type Grid, GridError, gridOf } from '#runtime/historian/grid.ts';
import { failed } from './errors.ts';

export const gridInput = z.object({
  unit: z.enum(GRID_UNITS).describe('Unit of time of a stretch.'),
  every: z.coerce.number().int().min(1).max(10_000).default(1).describe('So many units a stretch.'),
  zone: z.string().max(60).default('UTC').describe('IANA time zone of days, weeks, months and years.'),
});

/** Whole stretches that touch the window. */
export function gridFor(window: { readonly from: number; readonly to: number }, input: z.infer<typeof gridInput>): Grid {
  try {
    return gridOf(window, input);
  } catch (error) {
    throw error instanceof GridError ? failed('history.grid', { why: error.message }) : error;
  }
}
