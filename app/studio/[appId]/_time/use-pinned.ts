'use client';
import { useLocale } from 'next-intl';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPCClient } from '../../../_client/trpc.ts';
import type { StudioSession } from '../_session/session.ts';
import { useSession } from '../_session/use-session.tsx';
import { Pinned, type PinnedState } from './pinned.ts';

/** One for each open studio; null outside of one. */
export const PinnedContext = createContext<Pinned | null>(null);

export function useNewPinned(appId: string): Pinned | null {
  const client = useTRPCClient();
  const session: StudioSession = useSession();
  const locale = useLocale();
  const [pinned, setPinned] = useState<Pinned | null>(null);
  useEffect(() => {
    const made = new Pinned(
      session,
      // Alone: nothing else may wait for a worker's answer.
      (question) => client.pins.ask.mutate({ appId, ...question }, { context: { alone: true } }),
      (error) => ({ code: 'call', message: readFailure(error, locale).message }),
    );
    setPinned(made);
    return () => made.close();
  }, [appId, client, session, locale]);
  return pinned;
}

const nothing = () => () => {};
const EMPTY: PinnedState = { asking: false, errors: 0 };

export const usePinned = (): Pinned | null => useContext(PinnedContext);
export function usePinnedState(): PinnedState {
  const pinned = usePinned();
  const read = pinned?.get ?? (() => EMPTY);
  return useSyncExternalStore(pinned?.subscribe ?? nothing, read, read);
}
