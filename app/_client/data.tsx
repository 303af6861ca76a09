'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from '@trpc/client';
import { type ReactNode, useState } from 'react';
import superjson from 'superjson';
import type { ErrorFacts } from '#server/errors.ts';
import type { AppRouter } from '#server/root.ts';
import { TRPCProvider } from './trpc.ts';

/** Queries, mutations and live streams of the product's own procedures. */
export function DataProvider({ children }: { children: ReactNode }) {
  const [queries] = useState(makeQueries);
  const [client] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: (op) => op.type === 'subscription',
          true: httpSubscriptionLink({ url: '/api/trpc', transformer: superjson }),
          false: splitLink({
            // What may take long goes by itself: a batch is answered with its slowest call.
            condition: (op) => op.context.alone === true,
            true: httpLink({ url: '/api/trpc', transformer: superjson }),
            // Past this length of address a batch is cut in two; proxies refuse longer ones.
            false: httpBatchLink({ url: '/api/trpc', transformer: superjson, maxURLLength: 4000 }),
          }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queries}>
      <TRPCProvider trpcClient={client} queryClient={queries}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}

function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the server refused for a reason will be refused again; a lost connection is worth another try.
        retry: (count, error) => count < 3 && !refused(error),
      },
    },
  });
}

function refused(error: unknown): boolean {
  const status = error instanceof TRPCClientError ? (error.data as Partial<ErrorFacts> | null)?.status : undefined;
  return status !== undefined && status < 500;
}
