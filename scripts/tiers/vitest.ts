import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, tool } from './command.ts';
import type { Count } from './tiers.ts';

/** The parts of vitest's JSON report that are counted. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

export async function runVitest(project: 'unit' | 'integration', env: Record<string, string> = {}): Promise<Count> {
  const file = join(mkdtempSync(join(tmpdir(), 'mw-test-')), 'report.json');
  const args = [
    'run',
    '--project',
    project,
    '--reporter=dot',
    '--reporter=json',
    '--reporter=./scripts/tiers/second-try.ts',
    `--outputFile.json=${file}`,
    '--passWithNoTests',
  ];
  const code = await run(tool('vitest/vitest.mjs', ...args), env);
  return countVitest(code, JSON.parse(readFileSync(file, 'utf8')) as Report);
}

/** A file that could not be loaded holds no tests, and still failed; so did a run that ended badly with all tests passed. */
export function countVitest(code: number, report: Report): Count {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
