import type { Reporter, TestCase } from 'vitest/node';

/**
 * Names each test that passed only at its second try, with what the first one said. Integration tests kill and freeze real processes on
 * machines that do other work: one may fail by bad luck once, never twice, and never unseen.
 */
export default class SecondTry implements Reporter {
  readonly #tests: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#tests.push(test);
  }

  onTestRunEnd(): void {
    for (const test of this.#tests) {
      const [first] = test.result().errors ?? [];
      process.stdout.write(
        `passed at the second try: ${test.module.relativeModuleId} > ${test.fullName}\n  ${first?.message ?? 'no reason given'}\n`,
      );
    }
  }
}
