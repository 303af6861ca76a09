/** Ten thousand samples a second and more through MQTT: device, broker, gateway, committed entries of the log. */
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#blocks/connectors/suite.ts';
import { connectorRate } from '../connector-rate.ts';

const DEVICE = 100;
const MOSQUITTO = process.env.MILLWRIGHT_MOSQUITTO ?? '/usr/sbin/mosquitto';

export default {
  name: 'mqtt-rate',
  async run() {
    const port = await freePort();
    await using broker = startBroker(port);
    return await connectorRate({
      protocol: 'MQTT',
      connector: 'mqtt',
      settings: { host: '127.0.0.1', port },
      port,
      address: (variable) => `plant/${Math.floor(variable / DEVICE)}#v${variable}@ts`,
      machine: 'mqtt-machine',
      tellsState: false,
      most: 50_000,
      between: { broker: broker.pid },
      how: `JSON messages of up to ${DEVICE} values with QoS 1 through ${broker.name}, acknowledged when committed`,
    });
  },
};

/** Mosquitto where it is installed, else a broker of its own process. */
function startBroker(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-mqtt-'));
  const file = join(folder, 'mosquitto.conf');
  const user = process.getuid?.() === 0 ? 'user root\n' : '';
  writeFileSync(
    file,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n${user}`,
  );
  const there = existsSync(MOSQUITTO);
  const child = there
    ? spawn(MOSQUITTO, ['-c', file], { stdio: 'ignore' })
    : fork(fileURLToPath(new URL('../sources/broker.ts', import.meta.url)), [String(port)], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
  return {
    name: there ? 'Mosquitto' : 'Aedes',
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
