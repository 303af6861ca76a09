import { createServer } from 'node:http';
import pino from 'pino';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { startBeat } from '#runtime/supervisor/beat.ts';
import { MASTER_KEY, ORG, plantFixture } from './fixture.testing.ts';
import { forwardInbound } from './forward.ts';

const TOKEN = 'a-token-of-twenty-letters';

test('what Telegraf sends to the product reaches the log through whichever gateway holds the connection', async () => {
  await using plant = await plantFixture();
  const log = pino({ level: 'silent' });
  const door = createServer((request, response) => void forwardInbound(request, response, plant.sql, log));
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const at = door.address();
  if (typeof at !== 'object' || at === null) throw new Error('no port');
  const secretId = await sealSecret(plant.db, MASTER_KEY, ORG, 'influx', JSON.stringify({ token: TOKEN }));
  const id = await plant.connect('influx', {}, { secretId });
  const tagId = await plant.tag(id, 'press,line=2#force', { gain: 0.1, staleAfterMs: 60_000 });
  const write = (force: number, ms: number, to = id) =>
    fetch(`http://127.0.0.1:${at.port}/in/${to}/api/v2/write?org=o&bucket=b&precision=ms`, {
      method: 'POST',
      headers: { authorization: `Token ${TOKEN}` },
      body: `press,line=2 force=${force} ${ms}`,
    });
  const base = Date.now() - 60_000;
  // nobody holds it yet: the sender is told to come again
  const early = await write(70, base);
  expect(early.status).toBe(503);
  expect(early.headers.get('retry-after')).toBe('2');
  const beats: { stop(): Promise<void> }[] = [];
  const gatewayWithBeat = (name: string) => {
    const gateway = plant.gateway(name);
    beats.push(startBeat({ sql: plant.sql, kind: 'gateway', name, facts: () => gateway.facts(), warn: () => {} }));
    return gateway;
  };
  const first = gatewayWithBeat('one');
  const sendUntilTaken = async (force: number, ms: number) => {
    // as a sender does: the same again until it is taken
    await until(`${force} is taken`, async () => (await write(force, ms)).status === 204, 30_000);
  };
  await sendUntilTaken(71, base + 1000);
  expect((await write(71, base + 1000)).status).toBe(204); // its answer was lost, say
  await first.stop();
  gatewayWithBeat('two');
  await sendUntilTaken(72, base + 2000);
  // the same batch again at the next holder: the log has it
  expect((await write(71, base + 1000)).status).toBe(204);
  await until('both samples in the log', async () => (await plant.logged(id)).filter((s) => s.quality === 0).length >= 2);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const good = (await plant.logged(id)).filter((s) => s.tagId === tagId && s.quality === 0);
  expect(good.map(({ time, value }) => [time, value])).toEqual([
    [base + 1000, expect.closeTo(7.1, 9)],
    [base + 2000, expect.closeTo(7.2, 9)],
  ]);
  expect((await write(73, base, '01890a5d-ac96-774b-bcce-b302099a8057')).status).toBe(503);
  expect((await fetch(`http://127.0.0.1:${at.port}/in/nothing`)).status).toBe(404);
  for (const beat of beats) await beat.stop();
  door.closeAllConnections();
  door.close();
}, 120_000);
