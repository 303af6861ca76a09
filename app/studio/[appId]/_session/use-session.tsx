'use client';
import { useLocale } from 'next-intl';
import { createContext, type ReactNode, useCallback, useContext, useRef, useSyncExternalStore } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { WireLive } from './live-store.ts';
import { inLanguage, type StudioSession, type StudioState } from './session.ts';

const SessionContext = createContext<StudioSession | undefined>(undefined);

export function SessionProvider({ session, children }: { session: StudioSession; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): StudioSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside SessionProvider');
  return session;
}

/** Redraws only when the chosen part changes; `pick` must give the same object for the same state. */
export function useStudio<T>(pick: (state: StudioState) => T): T {
  const session = useSession();
  const latest = useRef(pick);
  latest.current = pick;
  return useSyncExternalStore(
    session.subscribe,
    () => latest.current(session.get()),
    () => latest.current(session.get()),
  );
}

/** Newest value on an output port, of the live plant or of the run that is shown. */
export function useWireValue(node: string, port: string): WireLive | undefined {
  const session = useSession();
  const showing = useStudio((state) => state.showing);
  const store = showing === 'run' ? session.ran : session.live;
  const read = () => store.get(node, port);
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.subscribe(node, port, listener), [store, node, port]),
    read,
    read,
  );
}

/** Text of a pair of languages in the reader's. */
export function useSay(): (text: Bilingual) => string {
  const locale = useLocale();
  return useCallback((text: Bilingual) => inLanguage(text, locale), [locale]);
}
