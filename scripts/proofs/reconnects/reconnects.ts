/** `<seed>`: the connector of this round. 10,000 sessions opened and closed against a real source on loopback: nothing of them stays. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TestHost, until } from '#blocks/connectors/suite.ts';
import { NAMES } from './names.ts';
import { reconnect, SOURCES } from './sources.ts';

const SESSIONS = Number(process.env.PROOF_SESSIONS ?? 10_000);
/** Caches fill during these. */
const WARM = Math.min(500, Math.floor(SESSIONS / 3));
const VALUE_EVERY = 100;
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

const name = NAMES[Number(process.argv[2]) - 1];
if (!name) throw new Error(`there are ${NAMES.length} connectors`);
const host = new TestHost();
const source = await SOURCES[name](host);
const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
await reconnect(source, true);
const open = sockets();
let before = 0;
const began = performance.now();
for (let i = 0; i < SESSIONS; i++) {
  if (i === WARM) before = await heap();
  await reconnect(source, i % VALUE_EVERY === 0);
  host.events.length = 0;
  if (i % 1_000 === 999)
    console.error(`${name}: ${i + 1} of ${SESSIONS}, ${Math.round(((await heap()) - before) / 1024)} KiB more`);
}
const seconds = (performance.now() - began) / 1000;
const grown = (await heap()) - before;
const left = await until('all sockets ended', () => sockets() <= open).then(
  () => 0,
  () => sockets() - open,
);
await source.stop();
await host.dispose();
const wrong = [
  ...(grown > MOST_GROWTH ? [`${name}: the heap grew by ${grown} bytes over the sessions after the first ${WARM}`] : []),
  ...(left > 0 ? [`${name}: ${left} sockets stay`] : []),
];
console.log(JSON.stringify({ wrong, name, sessions: SESSIONS, grown, seconds }));
process.exit(0);
