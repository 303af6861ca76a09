import { requireMe } from '../_shell/require.ts';
import { PublishList } from './_publish/publish-list.tsx';

export default async function PublishPage() {
  await requireMe('/publish', 'publish.read');
  return <PublishList />;
}
