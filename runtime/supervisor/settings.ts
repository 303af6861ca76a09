import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { StartError, words } from './words.ts';

/** What `npm start` was asked to do, from the environment and the command line, checked before anything is started. */
export interface Settings {
  /** Absolute; everything the product keeps. */
  dataFolder: string;
  /** Address the web process listens on. Loopback unless `HOST` says otherwise: the demo accounts have a known password. */
  host: string;
  port: number;
  /** An outside PostgreSQL; without it the embedded one is used. */
  databaseUrl: string | undefined;
  /** An outside Redis or Valkey for BullMQ; without it the queue lives in PostgreSQL. */
  queueUrl: string | undefined;
  masterKey: string;
  demo: boolean;
  dev: boolean;
}

export function readSettings(env: NodeJS.ProcessEnv, args: readonly string[]): Settings {
  const unknown = args.find((arg) => !['--no-demo', '--dev'].includes(arg));
  if (unknown) throw new StartError(words().unknownOption(unknown));
  const dataFolder = resolve(env.MILLWRIGHT_DATA || '.millwright');
  openFolder(dataFolder);
  return {
    dataFolder,
    host: env.HOST || '127.0.0.1',
    port: readPort(env.PORT),
    databaseUrl: readUrl(
      'DATABASE_URL',
      env.DATABASE_URL,
      ['postgres:', 'postgresql:'],
      'postgres://user:password@host:5432/millwright',
    ),
    queueUrl: readUrl('QUEUE_URL', env.QUEUE_URL, ['redis:', 'rediss:', 'valkey:', 'valkeys:'], 'redis://host:6379'),
    masterKey: env.MILLWRIGHT_MASTER_KEY ? checkKey(env.MILLWRIGHT_MASTER_KEY) : keepKey(dataFolder),
    demo: !args.includes('--no-demo'),
    dev: args.includes('--dev'),
  };
}

function readPort(text: string | undefined): number {
  if (!text) return 3000;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new StartError(words().badPort(text));
  return port;
}

function readUrl(name: string, text: string | undefined, protocols: readonly string[], example: string): string | undefined {
  if (!text) return undefined;
  if (!protocols.includes(URL.canParse(text) ? new URL(text).protocol : '')) throw new StartError(words().badUrl(name, example));
  return text;
}

function openFolder(folder: string) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    if (!statSync(folder).isDirectory()) throw new Error('ENOTDIR');
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(words().badFolder(folder, (error as NodeJS.ErrnoException).code ?? String(error)));
  }
}

function checkKey(key: string): string {
  if (key.length < 32) throw new StartError(words().shortKey(key.length));
  return key;
}

/** The master key made at the first start: whoever has it and a copy of the database can open every sealed secret. */
function keepKey(dataFolder: string): string {
  const file = join(dataFolder, 'master.key');
  if (!existsSync(file))
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return checkKey(readFileSync(file, 'utf8').trim());
}

/** A busy port is better said before ten other things have started. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { badHost, busyPort, closedPort } = words();
      if (error.code === 'EADDRINUSE') failed(new StartError(busyPort(port)));
      else if (error.code === 'EACCES') failed(new StartError(closedPort(port)));
      else failed(new StartError(badHost(host, error.code ?? error.message)));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => done()));
  });
}
