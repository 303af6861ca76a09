import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import type { FileFacts, PinAnswer, PinReport } from '#runtime/replay/pin.ts';
import { openPinDesk, type PinDesk } from '#runtime/worker/pin/desk.ts';
import { closeLive } from '../live.ts';
import { type TestServer, testServer } from '../session.testing.ts';

const node = (id: string, block: string, params: Record<string, unknown>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
/** Two branches from one signal: a change in one leaves the other alone. */
const graphWith = (factor: number): GraphDocument =>
  graphDocument.parse({
    format: 1,
    roles: [{ name: 'p', title: { en: 'Pressure', zh: '压力' }, unit: 'bar' }],
    nodes: [
      node('p', 'source.tag', { role: 'p' }),
      node('twice', 'transform.expr', { expression: `a * ${factor}`, unit: 'bar' }),
      node('high', 'series.compare', { high: 100, hysteresis: 0 }),
      node('alarm', 'alarm.raise', { priority: 2, text: { en: 'High', zh: '偏高' } }),
      node('other', 'transform.expr', { expression: 'a + 1', unit: 'bar' }),
    ].map((one) => (one.id === 'alarm' ? { ...one, bind: { condition: 'on' } } : one)),
    wires: [wire('p', 'twice', 'a'), wire('twice', 'high'), wire('high', 'alarm'), wire('p', 'other', 'a')],
    outputs: [{ name: 'twice', from: { node: 'twice', port: 'out' } }],
  });
const T0 = Date.UTC(2026, 2, 1);
const ROWS = 500;
/** kPa and seconds of a shop whose clock says no zone, out of order at one place. */
const lines = Array.from({ length: ROWS }, (_, i) => `${new Date(T0 + i * 1000).toISOString().slice(0, 19)},${i * 100},ok`);
const csv = ['when,druck [kPa],note', ...lines.slice(0, 10), ...lines.slice(10).reverse()].join('\n');

let server: TestServer;
let desk: PinDesk;
let folder: string;
let reader: Awaited<ReturnType<typeof openLogReader>>;
const close: (() => Promise<void>)[] = [];
type Person = Awaited<ReturnType<TestServer['person']>>;
let engineer: Person;
let stranger: Person;
let appId: string;
let hash: string;

beforeAll(async () => {
  server = await testServer();
  engineer = await server.person('engineer@example.com');
  const { orgId } = await engineer.call().organization.create({ name: 'Baoan' });
  stranger = await server.person('stranger@example.com');
  await stranger.call().organization.create({ name: 'Hengtai' });
  folder = await mkdtemp(join(tmpdir(), 'mw-pin-'));
  const blobs = openBlobStore(folder);
  hash = await server.db.transaction((tx) => blobs.put(tx, orgId, Buffer.from(csv), 'text/csv'));
  reader = await openLogReader(server.url);
  desk = openPinDesk({
    tools: {
      db: server.db,
      reader,
      blobs,
      dataFolder: folder,
      onFatal: (error) => {
        throw error;
      },
    },
    databaseUrl: server.url,
    holder: 'w1',
    warn: (what, error) => console.error(what, error),
  });
  ({ id: appId } = await engineer.call().apps.create({ name: { en: 'Pinned', zh: '固定' }, graph: graphWith(2) }));
  close.push(async () => {
    await desk.stop();
    await reader.close();
    await closeLive();
    await server.stop();
    await rm(folder, { recursive: true });
  });
}, 120_000);
afterAll(async () => {
  for (const one of close) await one();
});

const columns = { time: 'when', offsetMinutes: 480, roles: { p: { column: 'druck [kPa]', unit: 'kPa' } } };
async function ask(person: Person, graph: GraphDocument | undefined, more: Partial<{ columns: typeof columns }> = {}) {
  const said = await person.call().pins.ask({
    appId,
    source: { kind: 'file', hash, name: 'line 3.csv', ...more },
    ...(graph ? { graph: JSON.stringify(graph) } : {}),
  });
  if ('superseded' in said) throw new Error('superseded');
  return JSON.parse(said.text) as PinAnswer;
}
const reportOf = (said: PinAnswer): PinReport => {
  if (said.kind !== 'report') throw new Error(JSON.stringify(said));
  return said.report;
};
const lastOn = (report: PinReport, id: string) => report.wires.find((one) => one.node === id)?.last.at(-1)?.values.value?.v;

it('says what is in a dropped file, and runs a draft on the columns that are chosen', async () => {
  const said = await ask(engineer, undefined);
  const { file } = said as { file: FileFacts };
  expect(file.rows).toBe(ROWS);
  expect(file.columns.map(({ name, kind, unit }) => [name, kind, unit])).toEqual([
    ['when', 'time', undefined],
    ['druck [kPa]', 'number', 'kPa'],
    ['note', 'text', undefined],
  ]);

  const first = reportOf(await ask(engineer, graphWith(2), { columns }));
  expect(first.rows).toBe(ROWS);
  // The shop is eight hours east of Greenwich; 100 kPa are 1 bar.
  expect(first.window.from).toBe(T0 - 8 * 3_600_000);
  expect(lastOn(first, 'twice')).toBeCloseTo(2 * (ROWS - 1), 9);
  expect(lastOn(first, 'other')).toBeCloseTo(ROWS, 9);
  // twice the pressure passes 100 bar with the sample of 51 s: once, and it stands
  expect(first.alarms.total).toBe(1);
  expect(first.alarms.list[0]).toMatchObject({ node: 'alarm', from: T0 - 8 * 3_600_000 + 51_000 });
  expect(first.pinned).toMatchObject({ held: false });

  // at a moment in the middle every wire has what it had then
  const { at, wires } = first.moments;
  const half = at.findIndex((time) => time >= T0 - 8 * 3_600_000 + 250_000);
  const then = wires.find((one) => one.node === 'twice');
  const place = (then?.moment.findLastIndex((moment) => moment <= half) ?? -1) as number;
  expect(then?.columns.value?.[place]).toBeCloseTo((2 * ((then?.time[place] ?? 0) - (T0 - 8 * 3_600_000))) / 1000, 9);
}, 60_000);

it('after a change only what depends on it is computed again, and the rest says the same', async () => {
  const second = reportOf(await ask(engineer, graphWith(3), { columns }));
  expect(second.pinned.held).toBe(true);
  expect([...(second.pinned.again ?? [])].sort()).toEqual(['alarm', 'high', 'twice']);
  expect(lastOn(second, 'twice')).toBeCloseTo(3 * (ROWS - 1), 9);
  expect(lastOn(second, 'other')).toBeCloseTo(ROWS, 9);
  expect(second.alarms.list[0]).toMatchObject({ from: T0 - 8 * 3_600_000 + 34_000 });
  expect(desk.facts()).toEqual({ held: 1, rows: ROWS });
}, 60_000);

it('refuses in words what cannot be, and shows nobody what is not theirs', async () => {
  const wrong = await ask(engineer, graphWith(2), { columns: { ...columns, time: 'note' } });
  expect(wrong).toMatchObject({ kind: 'fault', fault: { code: 'pin.time' } });
  const broken = graphWith(2);
  const half = {
    ...broken,
    nodes: broken.nodes.map((one) => (one.id === 'twice' ? { ...one, params: { expression: 'a *' } } : one)),
  };
  expect(await ask(engineer, half, { columns })).toMatchObject({ kind: 'fault', fault: { node: 'twice' } });
  await expect(ask(stranger, graphWith(2), { columns })).rejects.toMatchObject({ facts: { status: 404 } });
  const { id } = await stranger.call().apps.create({ name: { en: 'Theirs', zh: '他们' }, graph: graphWith(2) });
  const foreign = stranger.call().pins.ask({ appId: id, source: { kind: 'file', hash, name: 'x.csv' } });
  await expect(foreign).rejects.toMatchObject({ facts: { status: 404 } });
}, 60_000);
