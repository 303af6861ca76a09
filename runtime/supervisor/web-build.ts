import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningFile } from './lock.ts';
import { COMPILE_CACHE } from './node-options.ts';
import { say, stage } from './progress.ts';
import { hashFiles, webSources } from './web-sources.ts';
import { StartError, words } from './words.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface BuildContext {
  dataFolder: string;
  running: RunningFile;
  signal: AbortSignal;
}

/** Builds the web part when its sources have changed since the last build, the code editor's bundle first (Next copies public/). */
export async function buildWeb(context: BuildContext): Promise<void> {
  await buildEditor(context);
  const hash = hashFiles(root, webSources(root));
  const stamp = join(root, '.next', 'millwright-sources');
  if (existsSync(join(root, '.next', 'BUILD_ID')) && read(stamp) === hash) return;
  await stage(words().stage.web, async () => {
    rmSync(stamp, { force: true });
    // What was compiled of older sources would stay for ever; processes that start just now may be writing there.
    rmSync(COMPILE_CACHE, { recursive: true, force: true, maxRetries: 5 });
    const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    await run([join(root, 'node_modules/next/dist/bin/next'), 'build'], 'web-build.log', env, context);
    writeFileSync(stamp, hash);
  });
}

/** The code editor is bundled once per version of it by a script of its own: through the web build it would dominate every build. */
export async function buildEditor(context: BuildContext): Promise<void> {
  const script = join(root, 'scripts', 'build-monaco.ts');
  if (!existsSync(script)) return;
  const folder = join(root, 'public', 'monaco');
  const hash = hashFiles(root, [script, join(root, 'node_modules', 'monaco-editor', 'package.json')]);
  const stamp = join(folder, 'sources');
  if (read(stamp) === hash) return;
  await stage(words().stage.monaco, async () => {
    await run([script], 'editor-build.log', {}, context);
    mkdirSync(folder, { recursive: true });
    writeFileSync(stamp, hash);
  });
}

async function run(args: string[], logName: string, env: Record<string, string>, { dataFolder, running, signal }: BuildContext) {
  const folder = join(dataFolder, 'log');
  mkdirSync(folder, { recursive: true });
  const logPath = join(folder, logName);
  const log = openSync(logPath, 'w');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    signal,
    killSignal: 'SIGTERM',
  });
  running.add(child.pid);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  running.remove(child.pid);
  if (code === 0) return;
  for (const line of readFileSync(logPath, 'utf8').trim().split('\n').slice(-30)) say(`    ${line}`);
  throw new StartError(words().buildFailed(logPath));
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
