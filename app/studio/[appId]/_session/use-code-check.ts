'use client';
import { useEffect } from 'react';
import { useTRPCClient } from '../../../_client/trpc.ts';
import { useSession, useStudio } from './use-session.tsx';

/** Typing goes on meanwhile; a finding that comes half a second later is soon enough. */
const QUIET_MS = 500;

/** Code in parameters is read by the compiler's own reader, which lives on the server. Graphs without code ask nothing. */
export function useCodeCheck(): void {
  const client = useTRPCClient();
  const session = useSession();
  const graph = useStudio((state) => state.history.now);
  useEffect(() => {
    if (!graph.nodes.some((node) => typeof node.params.code === 'string')) return;
    const timer = setTimeout(() => {
      client.apps.check.mutate({ graph }).then(
        (problems) =>
          session.findings(
            graph,
            problems.filter((problem) => problem.line !== undefined),
          ),
        // Out of reach: the save state says so already, and the check before every run and deployment is the server's own.
        () => {},
      );
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [graph, client, session]);
}
