import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

/** Loopback ports of the demo plants: chosen free once, then kept, so that saved connections stay true over restarts. */
const portsSchema = z.object({
  /** OPC UA server of plant A's compressor station. */
  opcua: z.int(),
  /** Modbus TCP gateway of plant A's pumps, units 1 to 3. */
  pumps: z.int(),
  /** Modbus TCP PLC of plant B, unit 5. */
  plantB: z.int(),
  /** Loopback HTTP interface of the fault switches. */
  control: z.int(),
  /** Where the seed asks the platform's broker to listen, so that the connections it makes are right from the start. */
  broker: z.int(),
});
export type PlantPorts = z.infer<typeof portsSchema>;

export const dataFolder = (): string => process.env.MILLWRIGHT_DATA || '.millwright';

/** Ports of the demo plants under a data folder; makes and keeps them when there are none yet. */
export async function plantPorts(folder: string = dataFolder()): Promise<PlantPorts> {
  const file = join(folder, 'plants.json');
  const kept = readPorts(file);
  if (kept) return kept;
  const [opcua, pumps, plantB, control, broker] = await freePorts(5);
  const ports = portsSchema.parse({ opcua, pumps, plantB, control, broker });
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(ports, null, 2)}\n`);
  try {
    linkSync(draft, file); // fails when there is one: whoever came first wins, the seed and the plants may ask at the same moment
    return ports;
  } catch (error) {
    const first = readPorts(file);
    if (!first) throw error;
    return first;
  } finally {
    unlinkSync(draft);
  }
}

function readPorts(file: string): PlantPorts | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = portsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} is not a list of ports (${z.prettifyError(parsed.error)}). Delete it: it is made anew.`);
}

/** Held open together, so that they differ. */
async function freePorts(n: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: n },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a loopback server has no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
