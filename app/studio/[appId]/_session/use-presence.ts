'use client';
import { useEffect } from 'react';
import { useTRPCClient } from '../../../_client/trpc.ts';
import type { StudioSession } from './session.ts';
import { useSession } from './use-session.tsx';

/** Often enough that a pointer of somebody else moves and does not jump. */
const MOVING_MS = 250;
/** The server takes a page that is silent for 25 s as gone. */
const BEAT_MS = 10_000;
/** What others can see of a selection; a whole chosen graph says no more. */
const NODES = 50;

/** Tells the others in this app which nodes are chosen here and where the pointer is. A line that is cut only makes this page invisible. */
export function usePresence(appId: string, page: string | undefined): void {
  const client = useTRPCClient();
  const session = useSession();
  useEffect(() => {
    if (page === undefined) return;
    let told = '';
    let toldAt = 0;
    const tell = () => {
      const place = placeOf(session);
      const text = JSON.stringify(place);
      const silence = Date.now() - toldAt;
      if (silence < MOVING_MS || (text === told && silence < BEAT_MS)) return;
      told = text;
      toldAt = Date.now();
      client.apps.present.mutate({ appId, client: page, ...place }).catch(() => {
        told = '';
      });
    };
    tell();
    const timer = setInterval(tell, MOVING_MS);
    return () => clearInterval(timer);
  }, [appId, client, page, session]);
}

/** Alone in the app, a moving pointer is nobody's concern; inside a subgraph it is in another measure. */
function placeOf(session: StudioSession) {
  const { selection, others, path } = session.get();
  const { pointer } = session;
  return {
    nodes: selection.nodes.slice(0, NODES).map(session.whole),
    ...(pointer && others.length > 0 && path.length === 0 ? { pointer } : {}),
  };
}
