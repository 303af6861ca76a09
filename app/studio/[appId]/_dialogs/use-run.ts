'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useLocale } from 'next-intl';
import { useCallback, useRef, useState } from 'react';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { useSession } from '../_session/use-session.tsx';
import type { Binding } from './binding-form.tsx';

export interface RunState {
  readonly kind: 'test' | 'backtest';
  readonly id?: string;
  readonly progress: number;
  readonly failure?: string;
}
export interface RunWish {
  readonly kind: 'test' | 'backtest';
  readonly binding: Binding;
  readonly window: { readonly from: number; readonly to: number };
  readonly input: 'arrived' | 'corrected';
  readonly confirmations: 'confirm' | 'refuse' | 'none';
}

/** Starts runs and follows the newest one to its report; editing goes on meanwhile. */
export function useRun(appId: string, flush: () => Promise<boolean>) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const session = useSession();
  const locale = useLocale();
  const [run, setRun] = useState<RunState>();
  const following = useRef<{ unsubscribe(): void }>(undefined);

  const start = useCallback(
    async (wish: RunWish) => {
      const fail = (error: unknown) => {
        const failure = readFailure(error, locale).message;
        setRun({ kind: wish.kind, progress: 0, failure });
        session.set({ dock: 'run' });
      };
      following.current?.unsubscribe();
      setRun({ kind: wish.kind, progress: 0 });
      try {
        await flush();
        const graph = session.document;
        const compare = wish.kind === 'backtest';
        const { runId } = await client.runs.start.mutate({
          kind: wish.kind,
          appId,
          ...wish.binding,
          window: wish.window,
          input: wish.input,
          confirmations: wish.confirmations,
          compare,
        });
        setRun({ kind: wish.kind, id: runId, progress: 0 });
        following.current = client.runs.follow.subscribe(
          { runId },
          {
            onData: (row) => {
              setRun({
                kind: wish.kind,
                id: runId,
                progress: row.progress,
                ...(row.error ? { failure: (locale.startsWith('zh') && row.error.zh) || row.error.message } : {}),
              });
              if (row.status === 'done')
                client.runs.get.query({ runId }).then((done) => {
                  if (done.report) session.showRun({ id: runId, kind: wish.kind, report: done.report, graph });
                  setRun(undefined);
                  void queries.invalidateQueries(trpc.runs.list.pathFilter());
                }, fail);
              if (row.status === 'failed') session.set({ dock: 'run' });
              if (row.status === 'cancelled') setRun(undefined);
            },
            onError: fail,
          },
        );
      } catch (error) {
        fail(error);
      }
    },
    [appId, client, flush, locale, queries, session, trpc],
  );
  const cancel = useCallback(() => {
    if (run?.id) void client.runs.cancel.mutate({ runId: run.id });
  }, [client, run]);
  const dismiss = useCallback(() => setRun(undefined), []);
  return { run, start, cancel, dismiss };
}
