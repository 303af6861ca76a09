import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolder } from './ports.ts';

const brokerSchema = z.object({
  host: z.string().default('127.0.0.1'),
  port: z.int(),
  username: z.string().optional(),
  password: z.string().optional(),
});
export type BrokerAddress = z.infer<typeof brokerSchema>;

/**
 * Where the devices find their broker: `MILLWRIGHT_BROKER` (`mqtt://user:password@host:port`), else `broker.json` in the data folder, which
 * the gateway writes when its broker listens; undefined while there is none yet.
 */
export function brokerAddress(folder: string = dataFolder()): BrokerAddress | undefined {
  const given = process.env.MILLWRIGHT_BROKER;
  if (given) {
    const url = new URL(given);
    return {
      host: url.hostname,
      port: Number(url.port || 1883),
      ...(url.username ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) } : {}),
    };
  }
  const file = join(folder, 'broker.json');
  return existsSync(file) ? brokerSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
