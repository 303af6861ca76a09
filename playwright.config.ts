import { defineConfig } from '@playwright/test';

/**
 * The journeys of e2e/, in a real browser against the really started product. `npm run e2e` chooses a free port and a data folder of
 * its own; `npx playwright test` alone uses port 3100 and `.millwright/e2e`.
 */
const port = process.env.MILLWRIGHT_E2E_PORT ?? '3100';
const data = process.env.MILLWRIGHT_E2E_DATA ?? '.millwright/e2e';
const chromium = process.env.MILLWRIGHT_CHROMIUM;

export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results',
  // One product, one plant: journeys change both, so they run one after another.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://localhost:${port}`,
    actionTimeout: 15_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    locale: 'en-US',
    timezoneId: 'Asia/Shanghai',
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-domain-reliability',
        '--disable-sync',
        '--no-first-run',
        '--disable-features=Translate,MediaRouter,OptimizationHints',
      ],
    },
  },
  projects: [{ name: 'chromium', use: { browserName: 'chromium', viewport: { width: 1440, height: 900 } } }],
  webServer: {
    command: `${process.execPath} --disable-warning=ExperimentalWarning runtime/supervisor/start.ts`,
    env: { MILLWRIGHT_DATA: data, PORT: port },
    url: `http://localhost:${port}/api/health`,
    // With a web build before it on a busy machine.
    timeout: 600_000,
    stdout: 'pipe',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 40_000 },
  },
});
