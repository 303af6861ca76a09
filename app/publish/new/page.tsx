import { requireMe } from '../../_shell/require.ts';
import { ReleaseWizard } from '../_publish/release-wizard.tsx';

export default async function NewReleasePage() {
  await requireMe('/publish/new', 'publish.write');
  return <ReleaseWizard />;
}
