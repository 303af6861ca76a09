/** 10,000 sessions opened and closed against real servers on loopback: nothing of them stays. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { TestBroker } from '#blocks/connectors/mqtt/broker.testing.ts';
import mqtt from '#blocks/connectors/mqtt/connector.ts';
import { freePort, TestHost, until } from '#blocks/connectors/suite.ts';
import type { Session, TagRequest } from '#blocks/sdk/connector.ts';

const SESSIONS = 5_000;
/** Caches fill during these. */
const WARM = 500;
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

async function growth(open: () => Promise<Session>, address: string): Promise<number> {
  const tag: TagRequest = { tagId: 1, address, type: 'number', samplePeriodMs: 100, confirmMs: 1000 };
  let before = 0;
  for (let i = 0; i < SESSIONS; i++) {
    if (i === WARM) before = await heap();
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
};
await until('all sockets ended', () => !process.getActiveResourcesInfo().some((kind) => kind === 'TCPSocketWrap'));
await broker.stop();
await device.stop();
await host.dispose();
const wrong = Object.entries(grown).flatMap(([kind, bytes]) =>
  bytes > MOST_GROWTH ? [`${kind}: the heap grew by ${bytes} bytes over ${SESSIONS - WARM} sessions`] : [],
);
console.log(JSON.stringify({ wrong, sessions: 2 * SESSIONS, grown }));
process.exit(0);
