'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { InstallWizard } from './install-wizard.tsx';

export function InstallPage({ publisher, slug }: { publisher: string; slug: string }) {
  const trpc = useTRPC();
  const listing = useQuery(trpc.market.listing.queryOptions({ publisher, slug }));
  if (listing.isError) return <ErrorState error={listing.error} retry={() => void listing.refetch()} />;
  return listing.data ? <InstallWizard releaseId={listing.data.id} title={listing.data.title} /> : null;
}
