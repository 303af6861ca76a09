import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/**
 * Code in an isolate can stay slow for ever, without any sign: V8 left it in its slow tiers (14–19 times slower; why processes with isolates run
 * with --no-concurrent-recompilation), or optimized it without knowing any built-in (twice as slow; why isolates are born on the pool's
 * threads). V8's own trace shows whether calls of built-ins were replaced; CPU time shows the tier, with room for a busy machine.
 */
test('programs in isolates reach the optimizer, and it knows the built-ins', async () => {
  const child = fileURLToPath(new URL('./tier-up.child.ts', import.meta.url));
  const flags = ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'];
  const trace = ['--trace-turbo-reduction', '--turbo-filter=hot'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, ...trace, child], { maxBuffer: 256 << 20 });
  const said = /^COST (.*)$/m.exec(stdout)?.[1] ?? '';
  const { own, isolates } = JSON.parse(said) as { own: number; isolates: number[] };
  expect(Math.max(...isolates), `an isolate needs ${isolates} µs a step, this process ${own}`).toBeLessThan(6 * own);
  // sqrt, isNaN and floor, in this process and in each isolate
  const replaced = stdout.match(/by reducer JSCallReducer/g)?.length ?? 0;
  expect(replaced).toBeGreaterThanOrEqual(3 * (1 + isolates.length));
});
