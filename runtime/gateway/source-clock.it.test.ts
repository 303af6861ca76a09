import { expect, test } from 'vitest';
import { OpcuaTestServer } from '#blocks/connectors/opcua/server.testing.ts';
import { freePort, until } from '#blocks/connectors/suite.ts';
import { parseQuality } from '#runtime/batch/quality.ts';
import { plantFixture } from './fixture.testing.ts';

test('a source whose clock is two seconds behind is told, and its values are marked', async () => {
  await using plant = await plantFixture();
  const server = new OpcuaTestServer(await freePort());
  server.clockMs = -2_000;
  await server.start();
  const id = await plant.connect('opcua', { endpoint: server.endpoint, security: 'none' });
  const tagId = await plant.tag(id, 'ns=1;s=Air.Ramp', { staleAfterMs: 30_000 });
  plant.gateway('one');
  await until('the status says it', async () => (await plant.status(id)).code === 'clock.off', 30_000);
  const status = await plant.status(id);
  expect(status).toMatchObject({ state: 'degraded', part: 'data', zh: expect.stringContaining('慢 2 秒') });
  expect(Math.abs((status.clockAheadMs ?? 0) + 2_000)).toBeLessThan(500);
  await until('marked values', async () =>
    (await plant.logged(id)).some((s) => s.tagId === tagId && s.quality === parseQuality('uncertain:clock-skew')),
  );
  await server.stop();
});
