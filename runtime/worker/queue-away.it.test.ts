import { expect, test } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const title = { en: 'x', zh: '甲' };
/** The value as it came. */
const through: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'temp', title, type: 'number', unit: 'Cel' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'temp' } },
    { id: 'avg', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 1 } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'avg', port: 'in' } }],
  outputs: [{ name: 'same', from: { node: 'avg', port: 'out' } }],
};

test('without its queue a worker still takes new instances, runs them, and stops in time', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{ unit: 'Cel' }]);
  // nothing listens on port 1
  const worker = await f.worker({ queueUrl: 'redis://127.0.0.1:1' });
  const id = await f.instance(through, { temp: lane.tags[0] ?? 0 });
  await f.running(id);
  await lane.write([{ time: 1_795_000_000_000, values: [21] }]);
  await until('its output', async () => (await f.outputs(id)).length === 1);
  const begun = performance.now();
  await worker.stop();
  expect(performance.now() - begun).toBeLessThan(5_000);
});
