import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../../_shell/require.ts';
import { ReleaseWizard } from '../_publish/release-wizard.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('publish'))('title') };
}

export default async function NewReleasePage() {
  await requireMe('/publish/new', 'publish.write');
  return <ReleaseWizard />;
}
