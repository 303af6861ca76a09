import { requireMe } from '../../../_shell/require.ts';
import { OperatorScreen } from './_screen/operator-screen.tsx';

export default async function ScreenPage({
  params,
  searchParams,
}: {
  params: Promise<{ installation: string; screen: string }>;
  searchParams: Promise<{ instance?: string }>;
}) {
  const { installation, screen } = await params;
  const { instance } = await searchParams;
  const screenId = decodeURIComponent(screen);
  await requireMe(`/operate/${installation}/${screen}`, 'operate.read');
  return <OperatorScreen installationId={installation} screenId={screenId} {...(instance ? { instanceId: instance } : {})} />;
}
