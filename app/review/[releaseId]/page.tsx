import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../../_shell/require.ts';
import { ReviewDetail } from '../_review/review-detail.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('review'))('title') };
}

export default async function ReviewReleasePage({ params }: { params: Promise<{ releaseId: string }> }) {
  const { releaseId } = await params;
  await requireMe(`/review/${releaseId}`, 'review.read');
  return <ReviewDetail releaseId={releaseId} />;
}
