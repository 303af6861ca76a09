import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { Runs } from './_runs.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('runs'))('title') };
}

const TABS = ['runs', 'effects', 'dead', 'traces'];

export default async function RunsPage({
  searchParams,
}: {
  searchParams: Promise<{ tab?: string; shard?: string; step?: string }>;
}) {
  await requireMe('/runs', 'run.read');
  const { tab, shard, step } = await searchParams;
  const trace = { shardId: Number(shard), step: Number(step) };
  return (
    <Runs
      {...(tab && TABS.includes(tab) ? { tab } : {})}
      {...(Number.isInteger(trace.shardId) && Number.isInteger(trace.step) ? { trace } : {})}
    />
  );
}
