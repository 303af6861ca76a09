import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataFolder, plantPorts } from './ports.ts';

const brokerSchema = z.object({
  host: z.string().default('127.0.0.1'),
  port: z.int(),
  username: z.string().optional(),
  password: z.string().optional(),
});
export type BrokerAddress = z.infer<typeof brokerSchema>;

/**
 * Where the devices find their broker: `MILLWRIGHT_BROKER` (`mqtt://user:password@host:port`), else `broker.json` in the data folder, which
 * holds the port (told by the gateway's broker, which keeps one that stands there) and the devices' token (put there by the seed); undefined
 * while there is none yet.
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

/** Tells the demo's devices their token, and the broker its port; what stands there already about the port stays. */
export async function giveDevicesToken(
  token: { readonly username: string; readonly password: string },
  folder: string = dataFolder(),
): Promise<BrokerAddress> {
  const { broker } = await plantPorts(folder);
  const file = join(folder, 'broker.json');
  const before: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const address = brokerSchema.parse({ port: broker, ...(before as object), ...token });
  writeFileSync(`${file}.new`, `${JSON.stringify(address, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return address;
}
