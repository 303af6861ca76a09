import { defineConfig } from 'vitest/config';

/** Unit tests stand beside their source as `*.test.ts`; tests that need PostgreSQL, isolates under load or protocol peers are `*.it.test.ts`. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{app,server,runtime,blocks,marketplace,drizzle,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.it.test.ts', '**/node_modules/**'],
          execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation'],
          pool: 'forks',
          // a process for many files, not one for each: a third of the time, and tests that leave something behind show
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{server,runtime,blocks,marketplace,drizzle}/**/*.it.test.ts'],
          execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation'],
          pool: 'forks',
          globalSetup: ['./drizzle/seed/test-server.ts'],
          maxWorkers: 2,
          // named in the output when it happens: scripts/tiers/second-try.ts
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
