import { requireMe } from '../_shell/require.ts';
import { ReviewList } from './_review/review-list.tsx';

export default async function ReviewPage() {
  await requireMe('/review', 'review.read');
  return <ReviewList />;
}
