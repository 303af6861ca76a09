'use client';
import { TRPCClientError } from '@trpc/client';
import { useEffect, useRef } from 'react';
import type { ErrorFacts } from '#server/errors.ts';
import { useTRPCClient } from '../../../_client/trpc.ts';
import { DraftConflict, type DraftIo, DraftRefused, DraftSaver, type Saved } from './draft-saver.ts';
import type { StudioSession } from './session.ts';
import { forgetUnsaved, keepUnsaved, readUnsaved } from './unsaved.ts';

/** Keeps the session's graph on the server, through lost connections and other people's edits. */
export function useDraft(appId: string, session: StudioSession, loaded: Saved, mayEdit: boolean) {
  const client = useTRPCClient();
  const saver = useRef<DraftSaver>(undefined);
  useEffect(() => {
    if (!mayEdit) return;
    const io: DraftIo = {
      save: (revision, graph) => client.apps.save.mutate({ appId, revision, graph }).catch(explain),
      load: async () => {
        const { graph, revision } = await client.apps.get.query({ appId });
        return { graph, revision };
      },
      keep: (unsaved) => (unsaved ? keepUnsaved(appId, unsaved) : forgetUnsaved(appId)),
      merged: (document, theirs, collisions) => session.merged(document, theirs, collisions),
      state: (save) => session.set({ save }),
      later: (work, ms) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    };
    const leftOver = readUnsaved(appId);
    // Work of an earlier visit that never reached the server goes on from what it was made on.
    if (leftOver) session.edit(() => leftOver.mine);
    const made = leftOver
      ? new DraftSaver(io, { graph: leftOver.graph, revision: leftOver.revision }, leftOver.mine)
      : new DraftSaver(io, loaded);
    saver.current = made;
    session.onEdit = (document) => made.edited(document);
    const online = () => void made.flush();
    const leave = (event: BeforeUnloadEvent) => {
      if (!made.clean) {
        void made.flush();
        event.preventDefault();
      }
    };
    addEventListener('online', online);
    addEventListener('beforeunload', leave);
    return () => {
      removeEventListener('online', online);
      removeEventListener('beforeunload', leave);
      void made.flush().finally(() => made.close());
      session.onEdit = () => {};
    };
  }, [appId, client, session, loaded, mayEdit]);
  return saver;
}

/** What the saver must do about it: merge, give up until the next edit, or try again. */
function explain(error: unknown): never {
  const facts = error instanceof TRPCClientError ? (error.data as Partial<ErrorFacts> | null) : null;
  if (facts?.code === 'app.conflict') throw new DraftConflict(facts.message?.en, { cause: error });
  if (facts?.status !== undefined && facts.status < 500) throw new DraftRefused(facts.message?.en, { cause: error });
  throw error;
}
