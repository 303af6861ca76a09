import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What devices of this machine need to find the platform's broker: `broker.json` in the data folder, readable by its owner alone. */
export interface BrokerNotes {
  readonly host?: string;
  /** Kept over restarts; the broker takes the port that stands here. */
  readonly port?: number;
  /** Sign-in of the demo devices, put here by the seed. */
  readonly username?: string;
  readonly password?: string;
}

export async function brokerNotes(dataFolder: string): Promise<BrokerNotes> {
  try {
    return JSON.parse(await readFile(join(dataFolder, 'broker.json'), 'utf8')) as BrokerNotes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Adds to what stands there; whole or not at all, because devices read it at every attempt. */
export async function noteBroker(dataFolder: string, notes: BrokerNotes): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, 'broker.json');
  const merged = { ...(await brokerNotes(dataFolder)), ...notes };
  await writeFile(`${file}.new`, JSON.stringify(merged, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
