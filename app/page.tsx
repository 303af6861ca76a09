import { Home } from './_home/home.tsx';
import { requireMe } from './_shell/require.ts';

export default async function HomePage() {
  await requireMe('/', 'org.read');
  return <Home />;
}
