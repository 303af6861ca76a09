import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { ReviewList } from './_review/review-list.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('review'))('title') };
}

export default async function ReviewPage() {
  await requireMe('/review', 'review.read');
  return <ReviewList />;
}
