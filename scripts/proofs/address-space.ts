/** An OPC UA server with 100,000 nodes in a process of its own, browsed page by page: each node once, the first page at once, memory as before. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import opcua from '#blocks/connectors/opcua/connector.ts';
import { FOLDER } from '#blocks/connectors/opcua/many-variables.testing.ts';
import { freePort, TestHost } from '#blocks/connectors/suite.ts';

const NODES = 100_000;
/** The server looks through its whole folder before the first answer. */
const MOST_FIRST_PAGE_MS = 3_000;
const MOST_GROWTH = 16 << 20;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
const heap = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  collect();
  return process.memoryUsage().heapUsed;
};

const port = await freePort();
const server = fork(fileURLToPath(new URL('./many-nodes.ts', import.meta.url)), [String(port), String(NODES)], {
  execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=8192'],
});
await once(server, 'message');
const host = new TestHost();
const session = await opcua.open(
  opcua.manifest.settings.parse({ endpoint: `opc.tcp://127.0.0.1:${port}`, security: 'none' }),
  { password: '' },
  host,
);

const before = await heap();
const began = performance.now();
const first = await session.browse(FOLDER);
const firstMs = performance.now() - began;
const seen = new Uint8Array(NODES);
let pages = 0;
let twice = 0;
let most = 0;
for (let page: typeof first | undefined = first; page; ) {
  pages++;
  for (const { name } of page.nodes) {
    const at = Number(name.slice(1));
    if (seen[at]) twice++;
    seen[at] = 1;
  }
  if (pages % 100 === 0) most = Math.max(most, (await heap()) - before);
  page = page.next === undefined ? undefined : await session.browse(FOLDER, page.next);
}
const seconds = (performance.now() - began) / 1000;
const found = seen.reduce((sum, one) => sum + one, 0);
const wrong = [
  ...(found === NODES ? [] : [`${NODES - found} nodes were not listed`]),
  ...(twice === 0 ? [] : [`${twice} nodes were listed twice`]),
  ...(firstMs <= MOST_FIRST_PAGE_MS ? [] : [`the first page took ${Math.round(firstMs)} ms`]),
  ...(most <= MOST_GROWTH ? [] : [`the heap grew by ${most} bytes`]),
];
await session.close();
await host.dispose();
server.kill('SIGKILL');
console.log(JSON.stringify({ wrong, nodes: found, pages, firstMs, seconds, most }));
process.exit(0);
