import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Child } from './children.ts';
import { leftovers, outwait, RunningFile, refuseSecond } from './lock.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stopModule = new URL('./stop.ts', import.meta.url).href;

/** A process of the product in miniature: notes its beginning and its end, and stops as all do. */
function fixture() {
  const folder = mkdtempSync(join(tmpdir(), 'mw-child-'));
  const file = join(folder, 'child.mjs');
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs';
     import { onStop } from ${JSON.stringify(stopModule)};
     const note = (text) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, text + '\\n');
     note('up ' + process.pid);
     console.log('hello from', process.env.MILLWRIGHT_PROCESS);
     onStop(async (reason) => note('down: ' + reason));
     setInterval(() => {}, 1000);
     process.send?.({ ready: true });`,
  );
  const notes = () => readFileSync(join(folder, 'notes'), 'utf8').trim().split('\n');
  return { folder, notes, entry: relative(root, file) };
}

test('a child killed with -9 is started again, keeps its log, and stops cleanly when asked', async () => {
  const { folder, notes, entry } = fixture();
  const running = new RunningFile(folder);
  const child = new Child({ name: 'worker', entry }, { dataFolder: folder, env: process.env, running });
  await child.ready;
  const first = child.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await expect.poll(() => notes(), { timeout: 5_000 }).toHaveLength(2);
  expect(child.pid).not.toBe(first);
  await child.stop();
  expect(notes().at(-1)).toBe('down: SIGTERM');
  expect(readFileSync(child.logPath, 'utf8')).toBe('hello from worker\nhello from worker\n');
  expect(leftovers(folder)).toHaveLength(0);
});

test('children of a supervisor killed with -9 notice, leave, and are waited for by the next', async () => {
  const { folder, notes, entry } = fixture();
  const program = `
    const { Child } = await import(${JSON.stringify(new URL('./children.ts', import.meta.url).href)});
    const { RunningFile } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
    const folder = ${JSON.stringify(folder)};
    const child = new Child({ name: 'worker', entry: ${JSON.stringify(entry)} }, { dataFolder: folder, env: process.env, running: new RunningFile(folder) });
    await child.ready;
    console.log('ready');`;
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(supervisor.stdout, 'data');
  expect(() => refuseSecond(folder)).toThrow(/already runs/);
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');
  refuseSecond(folder); // does not throw any more
  await outwait(leftovers(folder));
  expect(notes().at(-1)).toBe('down: the supervisor is gone');
  expect(leftovers(folder)).toHaveLength(0);
});
