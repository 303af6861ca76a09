import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './children.ts';
import { type DatabaseOfStart, openDatabaseOfStart } from './database.ts';
import { leftovers, outwait, RunningFile, refuseSecond } from './lock.ts';
import { COMPILE_CACHE, NODE_FLAGS } from './node-options.ts';
import { processesOf } from './processes.ts';
import { say, seconds, stage } from './progress.ts';
import { checkPort, readSettings, type Settings } from './settings.ts';
import { buildEditor, buildWeb } from './web-build.ts';
import { StartError, words } from './words.ts';

/**
 * `npm start`: everything on one machine, under one supervisor. Checks first, then side by side the data (PostgreSQL, tables, demo)
 * and the web build, then the processes. What can fail on the user's side ends in one sentence.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
/** A cold web process on a busy machine needs some seconds; a minute means that it will not come. */
const WEB_READY_MS = 60_000;
const ECHO_MS = 1_000;

/** What has been started so far, taken down in this order. */
const children: Child[] = [];
let database: DatabaseOfStart | undefined;
let running: RunningFile | undefined;
const building = new AbortController();
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= (async () => {
    building.abort();
    for (const child of children) await child.stop();
    await database?.stop();
    running?.forget();
  })();
  return stopping;
}

function stopOnSignal() {
  let asked: number | undefined;
  const begin = async () => {
    if (asked !== undefined) {
      // npm hands a Ctrl-C on that the terminal has sent here already: the echo is no impatience.
      if (performance.now() - asked < ECHO_MS) return;
      for (const child of children) child.kill();
      process.exit(130);
    }
    const begun = performance.now();
    asked = begun;
    say(`\n${words().stopping}`);
    await stop();
    say(words().stopped(seconds(performance.now() - begun)));
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, begin);
}

/** A task of the start in a process of its own. */
async function prepare(task: 'migrate' | 'seed', env: NodeJS.ProcessEnv) {
  const args = [...NODE_FLAGS, join(root, 'runtime/supervisor/prepare.ts'), task];
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  running?.add(child.pid);
  const [code] = await once(child, 'close');
  running?.remove(child.pid);
  if (code !== 0) throw new StartError(words().prepareFailed(words().stage[task]));
}

async function start() {
  const begun = performance.now();
  const chosen = readSettings(process.env, process.argv.slice(2));
  refuseSecond(chosen.dataFolder);
  const left = leftovers(chosen.dataFolder);
  if (left.length > 0) await stage(words().stage.leftovers, () => outwait(left));
  await checkPort(chosen.host, chosen.port);
  const { dataFolder } = chosen;
  const runningFile = new RunningFile(dataFolder);
  running = runningFile;

  const launch = (names: (name: string) => boolean, env: NodeJS.ProcessEnv) => {
    for (const spec of processesOf(chosen))
      if (names(spec.name)) children.push(new Child(spec, { dataFolder, env, running: runningFile }));
  };

  const data = async () => {
    database = await openDatabaseOfStart(chosen);
    const env = environment(chosen, database.url);
    await stage(words().stage.migrate, () => prepare('migrate', env));
    if (chosen.demo) await stage(words().stage.seed, () => prepare('seed', env));
    if (!stopping) launch((name) => name !== 'web', env);
    return env;
  };
  const build = { dataFolder, running, signal: building.signal };
  const web = () => (chosen.dev ? buildEditor(build) : buildWeb(build));
  const [env] = await Promise.all([data(), web()]);
  if (stopping) return;
  await stage(words().stage.processes, async () => {
    launch((name) => name === 'web', env);
    const page = children.find(({ name }) => name === 'web');
    if (page) await within(WEB_READY_MS, page.ready, words().webSilent(page.logPath));
  });
  greet(chosen, seconds(performance.now() - begun));
}

async function within(limit: number, wanted: Promise<void>, otherwise: string) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StartError(otherwise)), limit);
  });
  await Promise.race([wanted, late]).finally(() => clearTimeout(timer));
}

function environment(chosen: Settings, databaseUrl: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || COMPILE_CACHE,
    DATABASE_URL: databaseUrl,
    ...(chosen.queueUrl ? { QUEUE_URL: chosen.queueUrl } : {}),
    MILLWRIGHT_DATA: chosen.dataFolder,
    MILLWRIGHT_MASTER_KEY: chosen.masterKey,
    // Who tries the demo may make an account; on a platform of one's own people are invited.
    MILLWRIGHT_SIGN_UP: process.env.MILLWRIGHT_SIGN_UP || (chosen.demo ? 'open' : 'invited'),
    PORT: String(chosen.port),
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  };
}

const demoAccounts = [
  ['engineer@demo.millwright.local', 'engineer', 'Baoan Precision'],
  ['operator@demo.millwright.local', 'operator', 'Baoan Precision'],
  ['owner@demo.millwright.local', 'owner', 'Hengtai Hardware'],
  ['reviewer@demo.millwright.local', 'reviewer', 'Millwright Platform'],
] as const;

function greet(chosen: Settings, took: string) {
  const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(chosen.host) ? 'localhost' : chosen.host;
  say(`\n${words().running(took)}\n\n    http://${host}:${chosen.port}\n`);
  if (chosen.demo) {
    say(words().accounts('millwright-demo'));
    for (const [account, role, company] of demoAccounts) say(`    ${account.padEnd(34)} ${words().roles[role]}, ${company}`);
  } else say(words().noDemo);
  say(`\n${words().stopHint}`);
}

stopOnSignal();
try {
  await start();
} catch (error) {
  if (!stopping) {
    say(error instanceof StartError ? `\n${error.message}` : String(error instanceof Error ? error.stack : error));
    await stop();
    process.exit(1);
  }
}
