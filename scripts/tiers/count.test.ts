import { expect, test } from 'vitest';
import { countPlaywright } from './journeys.ts';
import { countVitest } from './vitest.ts';

const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };

test('vitest: passed, failed and skipped are its own numbers', () => {
  expect(countVitest(1, { ...report, numFailedTests: 2 })).toEqual({ passed: 5, failed: 2, skipped: 2 });
});

test('vitest: a file that cannot be loaded is a failure though no test of it failed', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(countVitest(1, { ...report, testResults })).toEqual({ passed: 5, failed: 1, skipped: 2 });
});

test('vitest: a run that ends badly with all tests passed (an unhandled rejection) is a failure', () => {
  expect(countVitest(1, report).failed).toBe(1);
  expect(countVitest(0, report).failed).toBe(0);
});

test('playwright: a test that passes when tried again has failed, and so has a run that could not start', () => {
  const stats = { expected: 3, unexpected: 0, flaky: 1, skipped: 0 };
  expect(countPlaywright(0, { stats, errors: [] })).toEqual({ passed: 3, failed: 1, skipped: 0 });
  expect(countPlaywright(1, { stats: { ...stats, flaky: 0 }, errors: ['web server did not start'] }).failed).toBe(1);
});
