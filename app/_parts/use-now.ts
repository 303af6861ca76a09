'use client';
import { useSyncExternalStore } from 'react';

/**
 * The time, anew every `everyMs`, one timer for all who ask for the same. Undefined on the server and while hydrating: an age that the server
 * wrote would be wrong in the browser.
 */
export function useNow(everyMs: number | undefined): number | undefined {
  const clock = everyMs === undefined ? STOPPED : clockOf(everyMs);
  return useSyncExternalStore(clock.subscribe, clock.read, () => undefined);
}

interface Clock {
  subscribe(listener: () => void): () => void;
  read(): number | undefined;
}
const STOPPED: Clock = { subscribe: () => () => {}, read: () => undefined };
const clocks = new Map<number, Clock>();

function clockOf(everyMs: number): Clock {
  const known = clocks.get(everyMs);
  if (known) return known;
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const clock: Clock = {
    subscribe(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        now = Date.now();
        timer = setInterval(() => {
          now = Date.now();
          for (const tell of listeners) tell();
        }, everyMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read: () => now,
  };
  clocks.set(everyMs, clock);
  return clock;
}
