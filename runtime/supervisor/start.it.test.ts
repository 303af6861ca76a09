import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const entry = fileURLToPath(new URL('./start.ts', import.meta.url));

/** What a person sees who starts it wrongly: the last line, and the exit code. Asynchronous work of this process stands still meanwhile. */
function start(env: Record<string, string>, ...args: string[]) {
  const folder = env.MILLWRIGHT_DATA ?? mkdtempSync(join(tmpdir(), 'mw-start-'));
  const result = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    env: { NODE_ENV: 'production', PATH: process.env.PATH ?? '', LANG: 'en_US.UTF-8', MILLWRIGHT_DATA: folder, ...env },
    encoding: 'utf8',
  });
  return { code: result.status, said: result.stdout.trim() };
}

test('a busy port is said in one sentence with a way out', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect(start({ PORT: String(port) })).toEqual({
    code: 1,
    said: `Port ${port} is used by another program; stop that program, or choose another port: PORT=${port + 1} npm start.`,
  });
  expect(start({ PORT: String(port), LANG: 'zh_CN.UTF-8' }).said).toContain(`端口 ${port} 已被其他程序占用`);
  server.close();
});

test('a data folder that cannot be written is named', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mw-start-')), 'a-file');
  writeFileSync(file, '');
  const { code, said } = start({ MILLWRIGHT_DATA: join(file, 'data') });
  expect(code).toBe(1);
  expect(said).toBe(
    `The data folder ${file}/data cannot be written (ENOTDIR); set MILLWRIGHT_DATA to a folder that you may write to.`,
  );
});

test.each([
  [{ PORT: 'http' }, 'PORT is "http"; it must be a whole number from 1 to 65535'],
  [{ PORT: '70000' }, 'PORT is "70000"'],
  [{ DATABASE_URL: 'localhost:5432' }, 'DATABASE_URL is not an address this product can use; it should look like postgres://'],
  [{ QUEUE_URL: 'amqp://x' }, 'QUEUE_URL is not an address this product can use; it should look like redis://'],
  [{ MILLWRIGHT_MASTER_KEY: 'short' }, 'MILLWRIGHT_MASTER_KEY needs at least 32 random ones'],
] as const)('%o is refused before anything starts', (env, sentence) => {
  const { code, said } = start(env);
  expect(code).toBe(1);
  expect(said).toContain(sentence);
  expect(said.split('\n')).toHaveLength(1);
});

test('an unknown option is refused', () => {
  expect(start({}, '--nodemo').said).toBe('Unknown option --nodemo; npm start knows -- --no-demo.');
});
