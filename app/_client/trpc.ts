'use client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/root.ts';

/**
 * `const trpc = useTRPC(); const tags = useQuery(trpc.plant.listTags.queryOptions({ … }))`; for live values
 * `useSubscription(trpc.plant.live.subscriptionOptions(input, { onData }))`.
 */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
