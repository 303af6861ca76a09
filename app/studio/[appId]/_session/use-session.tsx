'use client';
import { useLocale } from 'next-intl';
import { createContext, type ReactNode, useCallback, useContext, useRef, useSyncExternalStore } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { LiveStore, WireLive } from './live-store.ts';
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

/** The graph that is open on the canvas. */
export const useView = () => useStudio((state) => state.view);

/** Newest value on an output port of the open graph, of the live plant or of the run that is shown. */
export function useWireValue(inner: string, port: string): WireLive | undefined {
  const session = useSession();
  const node = useStudio((state) => (state.facts.prefix ?? '') + inner);
  const showing = useStudio((state) => state.showing);
  const store = showing === 'run' ? session.ran : session.live;
  const read = () => store.get(node, port);
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.subscribe(node, port, listener), [store, node, port]),
    read,
    read,
  );
}

/** The output port with the newest value, and that value. */
export function useNewestValue(
  inner: string,
  ports: readonly string[],
): { readonly port: string; readonly live: WireLive } | undefined {
  const session = useSession();
  const node = useStudio((state) => (state.facts.prefix ?? '') + inner);
  const showing = useStudio((state) => state.showing);
  const store = showing === 'run' ? session.ran : session.live;
  const key = ports.join();
  const version = useSyncExternalStore(
    useCallback(
      (listener: () => void) => {
        const stops = key.split(',').map((port) => store.subscribe(node, port, listener));
        return () => {
          for (const stop of stops) stop();
        };
      },
      [store, node, key],
    ),
    () => newestOf(store, node, key),
    () => newestOf(store, node, key),
  );
  const live = version === undefined ? undefined : store.get(node, version.slice(0, version.indexOf(' ')));
  return live && version !== undefined ? { port: version.slice(0, version.indexOf(' ')), live } : undefined;
}

/** Text that changes when another port or another record is the newest: what React compares. */
function newestOf(store: LiveStore, node: string, ports: string): string | undefined {
  let best: { port: string; live: WireLive } | undefined;
  for (const port of ports.split(',')) {
    const live = store.get(node, port);
    if (live && (!best || live.last.time > best.live.last.time)) best = { port, live };
  }
  return best && `${best.port} ${best.live.last.time} ${best.live.count}`;
}

/** Text of a pair of languages in the reader's. */
export function useSay(): (text: Bilingual) => string {
  const locale = useLocale();
  return useCallback((text: Bilingual) => inLanguage(text, locale), [locale]);
}
