import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tool } from './command.ts';
import type { Count } from './tiers.ts';

/** The parts of Playwright's JSON report that are counted. */
interface Report {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

/** The journeys run against a product of their own: a free port and a data folder that is thrown away. */
export async function runJourneys(env: Record<string, string>): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-e2e-'));
  chmodSync(folder, 0o711);
  const report = join(folder, 'report.json');
  const code = await run(tool('@playwright/test/cli.js', 'test', '--reporter=list,json', '--pass-with-no-tests'), {
    ...env,
    MILLWRIGHT_E2E_DATA: join(folder, 'data'),
    MILLWRIGHT_E2E_PORT: String(await freePort()),
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  const count = existsSync(report)
    ? countPlaywright(code, JSON.parse(readFileSync(report, 'utf8')) as Report)
    : { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (count.failed === 0) rmSync(folder, { recursive: true, force: true });
  return count;
}

/** A test that passes only when tried again has failed once: it counts as failed. */
export function countPlaywright(code: number, { stats, errors }: Report): Count {
  const failed = stats.unexpected + stats.flaky + errors.length;
  return { passed: stats.expected, failed: failed === 0 && code !== 0 ? 1 : failed, skipped: stats.skipped };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
