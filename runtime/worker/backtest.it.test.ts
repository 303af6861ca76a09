import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { closeDuck } from '#runtime/historian/cold/duck.ts';
import { moveToCold } from '#runtime/historian/cold/move-to-cold.ts';
import { settle } from '#runtime/historian/fixture.testing.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { differenceOf } from '#runtime/replay/difference.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import { ORG, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { replayGraph } from './replay-graph.ts';

/** A backtest whose every figure was worked out on paper; from the database, from Parquet, and with the log gone. */
const MINUTE = 60_000;
const T = Date.UTC(2026, 2, 2, 8);
/** °C, one a minute. In °F: 50, 53.6, 57.2, 51.8, 48.2, then 60.8, 64.4, 62.6, 46.4, 50. */
const CELSIUS = [10, 12, 14, 11, 9, 16, 18, 17, 8, 10];
const role = { en: 'Temperature', zh: '温度' };
const graph = (high: number): GraphDocumentInput => ({
  format: 1,
  roles: [{ name: 'x', title: role, unit: '[degF]' }],
  nodes: [
    { id: 'x', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    { id: 'mean', block: 'millwright/series.window', version: '1.0.0', params: { seconds: 300, mode: 'tumbling' } },
    { id: 'limit', block: 'millwright/series.compare', version: '1.0.0', params: { high } },
    {
      id: 'alarm',
      block: 'millwright/alarm.raise',
      version: '1.0.0',
      bind: { condition: 'on' },
      params: { priority: 2, text: { en: 'Hot', zh: '过热' } },
    },
    {
      id: 'tell',
      block: 'millwright/notify.send',
      version: '1.0.0',
      bind: { condition: 'on' },
      params: { channel: 'shift', text: { en: 'Hot', zh: '过热' } },
    },
  ],
  wires: [
    { from: { node: 'x', port: 'out' }, to: { node: 'mean', port: 'in' } },
    { from: { node: 'x', port: 'out' }, to: { node: 'limit', port: 'in' } },
    { from: { node: 'limit', port: 'out' }, to: { node: 'alarm', port: 'in' } },
    { from: { node: 'limit', port: 'out' }, to: { node: 'tell', port: 'in' } },
  ],
  outputs: [
    { name: 'x', from: { node: 'x', port: 'out' } },
    { name: 'mean', from: { node: 'mean', port: 'out' } },
  ],
});

let f: WorkerFixture;
let tagId: number;
beforeAll(async () => {
  f = await workerFixture();
  const lane = await f.lane([{ unit: 'Cel' }]);
  tagId = lane.tags[0] ?? 0;
  // the eighth was 30 °C at first and is corrected below
  for (const [i, value] of CELSIUS.entries()) await lane.writeOne(0, T + i * MINUTE, i === 7 ? 30 : value, T + i * MINUTE + 500);
  await lane.writeOne(0, T + 7 * MINUTE, 17, T + 3_600_000);
  await settle(f, f.reader);
}, 60_000);
afterAll(async () => {
  await closeDuck();
  await f?.[Symbol.asyncDispose]();
});

async function run(high: number, input: 'arrived' | 'corrected' = 'corrected'): Promise<ReplayReport> {
  const text = JSON.stringify(graph(high));
  return replayGraph(
    { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} },
    ORG,
    {
      graph: text,
      graphHash: await sha256(text),
      key: 'C-101',
      bindings: { x: { tagId } },
      parameters: {},
      window: { from: T, to: T + 7_200_000 },
      input,
      confirmations: 'confirm',
      wires: false,
    },
    {},
  );
}

const at = (minute: number) => T + minute * MINUTE;
const near = (value: number) => expect.closeTo(value, 9);
const points = (report: ReplayReport, name: string, column: string) => {
  const found = report.outputs.find((output) => output.name === name)?.series.find((one) => one.column === column);
  return found && { time: [...found.points.time], last: [...found.points.last] };
};
/** Everything but how long it took. */
const figures = ({ durationMs: _, source: _source, ...rest }: ReplayReport) => rest;

function byHand(report: ReplayReport) {
  expect(report.rows).toBe(10);
  expect(report.outputs.map(({ name, rows }) => [name, rows])).toEqual([
    ['x', 10],
    ['mean', 2],
  ]);
  expect(report.outputs[0]?.last['C-101']).toEqual({ time: at(9), values: { value: near(50) } });
  // 260.8 / 5 and 284.2 / 5
  expect(points(report, 'mean', 'mean')).toEqual({ time: [at(5), at(10)], last: [near(52.16), near(56.84)] });
  expect(points(report, 'mean', 'min')?.last).toEqual([near(48.2), near(46.4)]);
  expect(points(report, 'mean', 'max')?.last).toEqual([near(57.2), near(64.4)]);
  expect(points(report, 'mean', 'count')?.last).toEqual([5, 5]);
  // above 60 °F from the sixth minute on, no more in the ninth
  expect(report.alarms).toMatchObject({ total: 1, list: [{ node: 'alarm', key: 'C-101', priority: 2, from: at(5), to: at(8) }] });
  expect(report.effects).toMatchObject({
    total: 1,
    byKind: { 'notify.send': 1 },
    unknown: 0,
    list: [{ node: 'tell', time: at(5), answer: { ok: true } }],
  });
  expect([report.dead.total, report.late]).toEqual([0, {}]);
}

test('as corrected: outputs, alarms and actions are those worked out by hand', async () => {
  byHand(await run(60));
});

test('against another limit: the alarm that comes a minute earlier is new, the other one gone', async () => {
  const difference = differenceOf(await run(62), await run(60));
  expect(difference.alarms.added.map((one) => one.from)).toEqual([at(5)]);
  expect(difference.alarms.removed.map((one) => one.from)).toEqual([at(6)]);
  expect(difference.outputs.map(({ name, state }) => [name, state])).toEqual([
    ['x', 'same'],
    ['mean', 'same'],
  ]);
});

/** The eighth came as 30 °C = 86 °F; its correction came after its window was closed and is above the limit, and nothing follows it. */
function arrivedByHand(report: ReplayReport) {
  expect(report.rows).toBe(11);
  // 307.6 / 5
  expect(points(report, 'mean', 'mean')?.last).toEqual([near(52.16), near(61.52)]);
  expect(report.late).toEqual({ mean: 1 });
  expect(report.alarms.list.map(({ from, to }) => [from, to])).toEqual([
    [at(5), at(8)],
    [at(7), undefined],
  ]);
  // the second message would come two minutes after the first, by its own time: its interval is five
  expect(report.effects.total).toBe(1);
}

test('as arrived: what came is judged when it came', async () => {
  const report = await run(60, 'arrived');
  expect(report.source).toEqual({ kind: 'log' });
  arrivedByHand(report);
});

test('the same from Parquet, and from the historian where the log is gone', async () => {
  const before = figures(await run(60));
  const moved = await moveToCold(f.sql, f.dataFolder, { hotDays: 30, batchDays: 0, now: T + 40 * 86_400_000 });
  expect(moved).toMatchObject({ files: 1, rows: 11 });
  expect(await f.sql`select from chunk where data is not null`).toHaveLength(0);
  const cold = await run(60);
  byHand(cold);
  expect(figures(cold)).toEqual(before);
  await f.sql`delete from log`;
  const arrived = await run(60, 'arrived');
  expect(arrived.source).toEqual({ kind: 'history' });
  arrivedByHand(arrived);
});
