'use client';
import { createContext, useContext } from 'react';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import type { Live } from './use-live-screen.ts';

export interface ScreenContextValue {
  readonly facts: ScreenFacts;
  readonly live: Live;
  /** Nothing arrives: whatever is shown is drawn stale. */
  readonly lost: boolean;
  /** A stretch of the past instead of what happens now: nothing in it grows old, and courses come from it. */
  readonly past?: Past | undefined;
  /** A picture of the screen while it is made: nothing is sent to machines from it. */
  readonly preview?: boolean;
}
export interface Past {
  /** Epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  course(
    bind: string,
  ): { readonly x: readonly number[]; readonly y: readonly (number | null)[]; readonly unit: string | null } | undefined;
}
const Context = createContext<ScreenContextValue | undefined>(undefined);
export const ScreenProvider = Context.Provider;

export function useScreen(): ScreenContextValue {
  const value = useContext(Context);
  if (!value) throw new Error('useScreen needs ScreenProvider above it');
  return value;
}

/** After how long a value is drawn stale, ms; never in the past. */
export function useStaleAfter(ms = STALE_MS): number | undefined {
  const { lost, past } = useScreen();
  return past ? undefined : lost ? 0 : ms;
}

/** Older than this an output is stale: computed values follow their inputs, which are scanned every second or so. */
export const STALE_MS = 15_000;

/** Series of the bound columns: of this instance's own key, else of the first that there is. */
export function seriesOf(facts: ScreenFacts, bind: string): ScreenFacts['series'][number] | undefined {
  const matching = facts.series.filter((s) => (s.column === '*' ? s.output : `${s.output}.${s.column}`) === bind);
  return matching.find((s) => s.key === facts.instance?.key) ?? matching[0];
}
