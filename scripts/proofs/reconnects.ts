/** 10,000 sessions opened and closed against real servers on loopback: nothing of them stays. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { TestBroker } from '#blocks/connectors/mqtt/broker.testing.ts';
import mqtt from '#blocks/connectors/mqtt/connector.ts';
import { TestAgent } from '#blocks/connectors/mtconnect/agent.testing.ts';
import mtconnect from '#blocks/connectors/mtconnect/connector.ts';
import opcua from '#blocks/connectors/opcua/connector.ts';
import { freePort, TestHost, until } from '#blocks/connectors/suite.ts';
import type { Session, TagRequest } from '#blocks/sdk/connector.ts';

const SESSIONS = Number(process.env.PROOF_SESSIONS ?? 5_000);
const OPCUA_SESSIONS = Number(process.env.PROOF_SESSIONS ?? 2_000);
/** Caches fill during these. */
const WARM = Math.min(500, SESSIONS / 3);
const MOST_GROWTH = 1 << 20;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
const heap = async () => {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  return process.memoryUsage().heapUsed;
};

async function growth(open: () => Promise<Session>, address: string, sessions = SESSIONS, warm = WARM): Promise<number> {
  const tag: TagRequest = { tagId: 1, address, type: 'number', samplePeriodMs: 100, confirmMs: 1000 };
  let before = 0;
  for (let i = 0; i < sessions; i++) {
    if (i === warm) before = await heap();
    const session = await open();
    const some = Promise.withResolvers<void>();
    await session.subscribe([tag], async () => some.resolve());
    // a value now and then shows that they are real sessions
    if (i % 100 === 0 && address.includes('holding')) await some.promise;
    await session.close();
  }
  return (await heap()) - before;
}

const host = new TestHost();
const device = new ModbusServer(await freePort());
device.words.set('1/holding/0', 7);
await device.start();
const broker = new TestBroker(await freePort());
await broker.start();
const plantPort = await freePort();
// a process of its own: what the server keeps of its sessions is not ours
const plant = fork(fileURLToPath(new URL('./many-nodes.ts', import.meta.url)), [String(plantPort), '10'], {
  execArgv: ['--disable-warning=ExperimentalWarning'],
});
await once(plant, 'message');
const agent = new TestAgent(await freePort());
await agent.start();
const settings = { host: '127.0.0.1' };
const grown = {
  modbus: await growth(
    () => modbus.open(modbus.manifest.settings.parse({ ...settings, port: device.port }), {}, host),
    '1/holding/0',
  ),
  mqtt: await growth(
    () =>
      mqtt.open(
        mqtt.manifest.settings.parse({ ...settings, port: broker.port, username: 'plant' }),
        mqtt.manifest.secrets.parse({ password: 'right' }),
        host,
      ),
    'a/b#v',
  ),
  opcua: await growth(
    () =>
      opcua.open(
        opcua.manifest.settings.parse({ endpoint: `opc.tcp://127.0.0.1:${plantPort}`, security: 'none' }),
        { password: '' },
        host,
      ),
    'ns=1;s=v1',
    OPCUA_SESSIONS,
  ),
  mtconnect: await growth(
    () => mtconnect.open(mtconnect.manifest.settings.parse({ url: `http://127.0.0.1:${agent.port}` }), {}, host),
    'Xact',
    OPCUA_SESSIONS,
  ),
};
await until('all sockets ended', () => !process.getActiveResourcesInfo().some((kind) => kind === 'TCPSocketWrap'));
plant.kill('SIGKILL');
await agent.stop();
await broker.stop();
await device.stop();
await host.dispose();
const wrong = Object.entries(grown).flatMap(([kind, bytes]) =>
  bytes > MOST_GROWTH ? [`${kind}: the heap grew by ${bytes} bytes over the sessions after the first ${WARM}`] : [],
);
console.log(JSON.stringify({ wrong, sessions: 2 * SESSIONS + 2 * OPCUA_SESSIONS, grown }));
process.exit(0);
