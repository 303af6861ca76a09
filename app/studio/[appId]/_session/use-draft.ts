'use client';
import { TRPCClientError } from '@trpc/client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect, useRef, useState } from 'react';
import type { ErrorFacts } from '#server/errors.ts';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { mergeDrafts } from '../_edits/merge.ts';
import { DraftConflict, type DraftIo, DraftRefused, DraftSaver, type Saved } from './draft-saver.ts';
import type { StudioSession } from './session.ts';
import { forgetUnsaved, keepUnsaved, pageName, takeUnsaved } from './unsaved.ts';
import { usePresence } from './use-presence.ts';

/** Keeps the session's draft and the server's the same, through lost connections, reloads and other people's edits. */
export function useDraft(appId: string, session: StudioSession, loaded: Saved, mayEdit: boolean) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const saver = useRef<DraftSaver>(undefined);
  const [page, setPage] = useState<string>();
  useEffect(() => setPage(pageName()), []);
  useEffect(() => {
    if (page === undefined) return;
    let stored = true;
    const io: DraftIo = {
      save: (revision, changes, batch) =>
        client.apps.edit
          .mutate({ appId, revision, batch, changes: changes as Parameters<typeof client.apps.edit.mutate>[0]['changes'] })
          .catch(explain),
      since: (revision) => client.apps.since.query({ appId, revision }),
      keep: (unsaved) => {
        if (!unsaved) forgetUnsaved(appId, page);
        stored = unsaved ? keepUnsaved(appId, page, unsaved) : true;
      },
      merged: (merged) => session.merged(merged),
      state: (save) => session.set({ save }),
      later: (work, ms) => {
        const timer = setTimeout(work, ms);
        return () => clearTimeout(timer);
      },
    };
    const made = new DraftSaver(io, loaded);
    saver.current = made;
    session.onEdit = (draft) => {
      if (mayEdit) made.edited(draft);
    };
    session.flush = () => made.flush();
    // Work of an earlier visit that never reached the server goes on top of what the server has now, as a step that can be undone.
    if (mayEdit)
      for (const left of takeUnsaved(appId, page)) {
        const merged = mergeDrafts(left.draft, left.mine, session.draft);
        session.editApp(() => merged.draft.graph);
        session.editScreens(() => merged.draft.screens);
        if (merged.collisions.length > 0) session.set({ collisions: merged.collisions });
      }
    const now = () => void made.flush();
    const hidden = () => document.visibilityState === 'hidden' && now();
    const leave = (event: BeforeUnloadEvent) => {
      now();
      // What is kept in the browser's store goes on at the next visit.
      if (!made.clean && !stored) event.preventDefault();
    };
    addEventListener('online', now);
    addEventListener('beforeunload', leave);
    document.addEventListener('visibilitychange', hidden);
    return () => {
      removeEventListener('online', now);
      removeEventListener('beforeunload', leave);
      document.removeEventListener('visibilitychange', hidden);
      void made.flush().finally(() => made.close());
      session.onEdit = () => {};
    };
  }, [appId, client, session, loaded, mayEdit, page]);
  useSubscription(
    trpc.apps.follow.subscriptionOptions(
      { appId, client: page ?? '' },
      {
        enabled: page !== undefined,
        onData: ({ data }) => {
          saver.current?.heard(data.revision);
          session.setOthers(data.people);
        },
      },
    ),
  );
  usePresence(appId, page);
  return saver;
}

/** What the saver must do about it: merge, give up until the next edit, or try again. */
function explain(error: unknown): never {
  const facts = error instanceof TRPCClientError ? (error.data as Partial<ErrorFacts> | null) : null;
  if (facts?.code === 'app.conflict') throw new DraftConflict(facts.message?.en, { cause: error });
  if (facts?.status !== undefined && facts.status < 500) throw new DraftRefused(facts.message?.en, { cause: error });
  throw error;
}
