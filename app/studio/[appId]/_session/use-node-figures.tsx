'use client';
import { useQuery } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import { useMay } from '../../../_shell/me.tsx';

export type NodeFigures = inferRouterOutputs<AppRouter>['trace']['nodes']['nodes'][number];

/** The worker tells every five seconds. */
const REFRESH_MS = 5_000;
const Figures = createContext<ReadonlyMap<string, NodeFigures>>(new Map());

/** What each node of the running version does; empty while the app does not run. */
export function NodeFiguresProvider({ instanceId, children }: { instanceId: string | undefined; children: ReactNode }) {
  const trpc = useTRPC();
  const may = useMay();
  const { data } = useQuery(
    trpc.trace.nodes.queryOptions(
      { instanceId: instanceId ?? '' },
      { enabled: instanceId !== undefined && may('operate.read'), refetchInterval: REFRESH_MS },
    ),
  );
  const figures = useMemo(() => new Map((data?.nodes ?? []).map((node) => [node.node, node])), [data]);
  return <Figures value={figures}>{children}</Figures>;
}

export const useNodeFigures = (node: string): NodeFigures | undefined => useContext(Figures).get(node);
