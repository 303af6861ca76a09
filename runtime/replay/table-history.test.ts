import { expect, test } from 'vitest';
import { readCsv } from '#runtime/files/read.ts';
import type { EffectRequest, ProgramInfo } from '#runtime/step/contract.ts';
import { modelAnswers } from './model-answers.ts';
import { tableHistory } from './table-history.ts';
import { inputsOf } from './tables.ts';

const info: ProgramInfo = {
  hash: '',
  graphHash: '',
  instrumented: false,
  nodes: [],
  sources: [],
  outputs: [],
  histories: [{ role: 't', unit: 'Cel' }],
  capabilities: ['history.read'],
  blocks: {},
  preconditions: {},
  splittable: false,
  untrusted: false,
};
/** 32, 50 and 68 °F are 0, 10 and 20 °C; the second came again as 86 °F = 30 °C; another machine in between; the last is no measurement. */
const FILE = `time,key,value [degF],value.quality
2026-01-05T08:00:00Z,M-1,32,good
2026-01-05T08:01:00Z,M-1,50,good
2026-01-05T08:01:00Z,M-2,500,good
2026-01-05T08:01:00Z,M-1,86,good
2026-01-05T08:02:00Z,M-1,68,uncertain
2026-01-05T08:03:00Z,M-1,,bad
`.replace('[degF]', '[[degF]]');
const schema = inputsOf(info).get('t');
const table = readCsv('t.csv', FILE, schema ?? { kind: 'stream', columns: {} }, 'M-1');
const answer = tableHistory(info, new Map([['t', table]]), modelAnswers('none'));
const T = Date.UTC(2026, 0, 5, 8);
const ask = (request: object, kind = 'history.read') => {
  const wish = { role: 't', from: T, to: T + 600_000, asOf: T, aggregate: 'none', points: 100, ...request };
  const effect: EffectRequest = { node: 'h', key: 'M-1', row: 0, time: T, kind, request: wish };
  return answer(effect);
};

test('the role is an input of its own, though no source reads it', () => {
  expect(schema).toEqual({ kind: 'stream', columns: { value: { type: 'number', unit: 'Cel' } } });
});

test('its history is the file up to the moment, of the machine that asks, in the unit of the role', async () => {
  const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 9));
  expect(await ask({})).toEqual({
    ok: true,
    value: { time: [T, T + 60_000, T + 120_000], value: near(0, 30, 20), left: 1, uncertain: true },
  });
  // nothing of the moment itself, nothing later
  expect(await ask({ to: T + 120_000 })).toMatchObject({ value: { value: near(0, 30), left: 0, uncertain: false } });
  expect(await ask({ aggregate: 'max', points: 1 })).toMatchObject({ value: { time: [T], value: near(30) } });
  expect(await ask({ points: 2 })).toEqual({ ok: false, reason: 'history-long' });
});

test('what is in no file is not known, and counted as such', async () => {
  expect(await ask({ role: 'other' })).toEqual({ ok: false, reason: 'history-missing', unknown: true });
  expect(await ask({ role: undefined, output: 'x.value' })).toEqual({ ok: false, reason: 'history-missing', unknown: true });
  expect(await ask({ value: 7 }, 'tag.write')).toEqual({ ok: true, value: 7 });
});
