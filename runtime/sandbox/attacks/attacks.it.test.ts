import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { SandboxError } from '../sandbox-error.ts';
import { createStepper } from '../stepper.ts';
import { hostileProgram, NO_ROWS } from './hostile.ts';
import { SHORT_ATTACKS } from './short-attacks.ts';

/**
 * One hostile script per file in `scripts/`. Its first line says what must become of it: codes of SandboxError (`A|B: pattern of the message
 * @node named`), `OK`, or `PROCESS`: it may cost its own process, which must end by itself and name the block.
 */
const folder = new URL('./scripts/', import.meta.url);
const attacks = readdirSync(folder)
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const expected = /^\/\/ expect: (.*)$/m.exec(text)?.[1] ?? '';
    return { file, text, expected, untrusted: /^\/\/ untrusted$/m.test(text) };
  });
const short = SHORT_ATTACKS.map(({ name, body, ...a }) => ({ file: name, text: body, untrusted: a.untrusted ?? false, ...a }));
const processKillers = attacks.filter((a) => a.expected.includes('PROCESS'));
const contained = [...attacks.filter((a) => !a.expected.includes('PROCESS')), ...short];

/** Lives through all attacks of this process, and gives the same whole answer after each. */
const row = `{ output: 0, n: 1, row: Int32Array.of(3), time: Float64Array.of(7), key: ['甲'], columns: [Float64Array.of(1.5)], quality: [Uint8Array.of(64)] }`;
const neighbour = await createStepper(hostileProgram(`return { ...EMPTY, outputs: [${row}] };`));
const whole = await neighbour.step(NO_ROWS);
afterAll(() => neighbour.dispose());

describe('contained: the attacker is stopped, its neighbour answers', () => {
  test('what the neighbour answers is whole', () => {
    expect(whole.outputs).toEqual([
      {
        ...{ output: 0, n: 1, row: Int32Array.of(3), time: Float64Array.of(7), key: ['甲'] },
        ...{ columns: [Float64Array.of(1.5)], quality: [Uint8Array.of(64)] },
      },
    ]);
    expect(contained.length + processKillers.length).toBeGreaterThanOrEqual(60);
  });
  test.each(contained)('$file', async ({ text, expected, untrusted }) => {
    // where memory is to give out first, time must not
    const limits = { timeoutMs: expected.startsWith('MEMORY') ? 10_000 : 200, hostDeadlineMs: 15_000 };
    const attack = async (trace: boolean): Promise<Partial<SandboxError>> => {
      const hostile = await createStepper(hostileProgram(text, untrusted), { ...limits, trace });
      const seen = await hostile.step(NO_ROWS).then(
        () => ({ code: undefined, message: '' }),
        (error: SandboxError) => error,
      );
      hostile.dispose();
      return seen;
    };
    const [, codes = '', pattern = '', named = 'bad'] = /^([A-Z_|]+)(?:: (.*?))?(?: @(\w+))?$/.exec(expected) ?? [];
    const seen = await attack(false);
    expect(codes.split('|'), seen.message).toContain(seen.code ?? 'OK');
    expect(seen.message).toMatch(new RegExp(pattern));
    expect(seen.message?.length).toBeLessThan(700);
    expect(seen.message).not.toMatch(/\.ts\b|node_modules/);
    expect(await neighbour.step(NO_ROWS)).toEqual(whole);
    if (seen.code === undefined) return;
    // what has no stack is named by the second, traced run that the product makes of every step that failed
    const told = seen.node ? seen : await attack(true);
    // near the limit of time, the second run may stay within it
    if (told.code === undefined) return expect(codes.split('|')).toContain('OK');
    expect({ code: told.code, node: told.node, block: told.block }).toEqual({
      code: expect.stringMatching(codes),
      node: named,
      block: named === 'bad' ? 'acme/test.hostile' : 'acme/test.loud',
    });
    expect(await neighbour.step(NO_ROWS)).toEqual(whole);
  });
});

describe('uninterruptible: its process ends by itself and names the block', () => {
  test.each(processKillers)('$file', async ({ file, expected }) => {
    const { signal, lines } = await inChild(fileURLToPath(new URL(file, folder)));
    const last = lines.at(-1) ?? {};
    if (last.neighbour === 'answers') {
      expect(lines.at(-2)).toMatchObject({ outcome: expect.stringMatching(expected), block: 'acme/test.hostile' });
    } else if (signal === 'SIGKILL') {
      expect(last).toMatchObject({ fatal: 'STUCK', block: 'acme/test.hostile' });
    } else {
      // V8 itself ended the process and nothing could be said any more: where it was seen last names the block
      expect(['SIGSEGV', 'SIGABRT', 'SIGTRAP', 'SIGILL']).toContain(signal);
      expect(last).toMatchObject({ seen: 'acme/test.hostile' });
    }
  });
});

function inChild(file: string) {
  const child = spawn(
    process.execPath,
    [
      '--no-node-snapshot',
      '--no-concurrent-recompilation',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./child.ts', import.meta.url)),
      file,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let out = '';
  child.stdout.on('data', (d) => {
    out += d;
  });
  return new Promise<{ signal: string | null; lines: Record<string, unknown>[] }>((done, fail) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`still running after 20 s; it said: ${out}`));
    }, 20_000);
    child.on('close', (_code, signal) => {
      clearTimeout(timer);
      done({
        signal,
        lines: out
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      });
    });
  });
}
