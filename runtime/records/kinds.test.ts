import { expect, test } from 'vitest';
import type { RecordField, RecordFields } from './fields.ts';
import type { RecordKind } from './kind.ts';
import { isKind, RECORD_KINDS, statesOf } from './kinds.ts';
import { leaseSerials } from './serials.ts';
import { stateWords } from './state-words.ts';

const kinds = Object.entries(RECORD_KINDS) as [keyof typeof RECORD_KINDS, RecordKind][];
const fieldsOf = (fields: RecordFields): [string, RecordField][] =>
  Object.entries(fields).flatMap(([name, field]) => [[name, field] as [string, RecordField], ...fieldsOf(field.fields ?? {})]);
const data = (kind: keyof typeof RECORD_KINDS, value: unknown) => RECORD_KINDS[kind].data.safeParse(value);
const wrong = (kind: keyof typeof RECORD_KINDS, value: unknown) =>
  data(kind, value).error?.issues.map((issue) => issue.path.join('.'));

test('the kinds are those of the data model', () => {
  // scenarios: records; `block`, `app` and `install` are the marketplace's; `workorder`, `serial` and `reason` beside them
  const asked =
    'item bom routing process-plan order job lot unit recipe shift calendar stock move asn receipt invoice measurement inspection deviation failure contract tariff factor price agreement consent policy account posting capacity booking bid ask model feature-model configuration document workorder serial reason';
  expect(Object.keys(RECORD_KINDS).sort()).toEqual(asked.split(' ').sort());
});

test.each(kinds)('%s: begins once, reaches every state, and everything in it has words', (name, kind) => {
  const reached = new Set(['']);
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to } of Object.values(kind.transitions))
      if (to !== undefined && from.some((state) => reached.has(state))) reached.add(to);
  }
  expect(Object.values(kind.transitions).filter(({ from }) => from.includes(''))).toHaveLength(1);
  for (const { from } of Object.values(kind.transitions)) for (const state of from) expect(reached).toContain(state);
  for (const state of statesOf(name)) expect(stateWords(state), state).toBeDefined();
  for (const state of [...kind.ended, ...(kind.force ? [kind.force] : [])]) expect(statesOf(name)).toContain(state);
  const own = Object.keys(kind.fields);
  for (const { sets, apply } of Object.values(kind.transitions))
    if (Array.isArray(sets) && !apply) for (const field of sets) expect(own).toContain(field);
  for (const [field, { refers, title }] of fieldsOf(kind.fields)) {
    expect(title.en && title.zh, field).toBeTruthy();
    if (refers !== undefined) expect(isKind(refers), `${field} → ${refers}`).toBe(true);
  }
});

const name = { en: 'x', zh: '某' };
test('rules over several fields', () => {
  const line = (amount: string) => ({ account: 'A', amount });
  const posting = (...amounts: string[]) => ({ day: '2026-05-04', text: 't', currency: 'CNY', lines: amounts.map(line) });
  // 0.1 + 0.2 - 0.3 is not 0 in binary floats
  expect(data('posting', posting('0.1', '0.2', '-0.3')).success).toBe(true);
  expect(wrong('posting', posting('100.00', '-99.999999'))).toEqual(['lines']);
  const recipe = (value: number) => ({
    revision: 'A',
    name,
    procedure: [{ step: 1, unit: 'R1', operation: 'Heat', phase: 'Ramp' }],
    parameters: [{ name: 'T', value, unit: 'Cel', low: 20, high: 90 }],
  });
  expect(data('recipe', recipe(90)).success).toBe(true);
  expect(wrong('recipe', recipe(91))).toEqual(['parameters.0.value']);
  const night = (from: string, to: string) => ({ name, start: '20:00', end: '08:00', breaks: [{ from, to }] });
  expect(data('shift', night('23:45', '00:15')).success).toBe(true);
  expect(wrong('shift', night('12:00', '12:30'))).toEqual(['breaks.0.from']);
  const item = (more: object) => ({ name, revision: 'A', unit: 'kg', ...more });
  expect(data('item', item({})).success).toBe(true);
  expect(wrong('item', item({ unit: 'kilo' }))).toEqual(['unit']);
  expect(wrong('item', item({ validFrom: '2026-02-01T00:00:00Z', validTo: '2026-01-31T23:00:00-01:00' }))).toEqual(['validTo']);
  expect(wrong('item', item({ alternates: [{ item: 'b' }, { item: 'b' }] }))).toEqual(['alternates.1.item']);
  expect(wrong('item', item({ colour: 'red' }))).toEqual(['']);
  const priced = { item: 'I', price: '1.5', currency: 'RMB', unit: 'kg' };
  expect(wrong('price', priced)).toEqual(['currency']);
  expect(wrong('price', { ...priced, currency: 'CNY', price: '1.5e3' })).toEqual(['price']);
});

test('pools of serial numbers are as long as their GS1 key allows', () => {
  const pool = (more: object) => wrong('serial', { key: 'sscc', prefix: '09506000', next: 1, last: 10 ** 9 - 1, ...more });
  // SSCC: 17 digits before the check digit (GS1 General Specifications, 2.2.1); 8 are fixed here
  expect(pool({})).toBeUndefined();
  expect(pool({ last: 10 ** 9 })).toEqual(['last']);
  expect(pool({ key: 'sgtin' })).toEqual(['prefix']);
  // check digit of the GTIN, from the GS1 example 09506000134352
  expect(pool({ key: 'sgtin', prefix: '09506000134352' })).toBeUndefined();
  expect(pool({ key: 'sgtin', prefix: '09506000134353' })).toEqual(['prefix']);
  const state = { key: 'sscc', prefix: '09506000', next: 8, last: 10 };
  expect(leaseSerials(state, { count: 3 })).toEqual({ data: { ...state, next: 11, leased: [{ from: 8, to: 10 }] } });
  expect(leaseSerials({ ...state, next: 11 }, { count: 1 })).toMatchObject({ where: 'count' });
});
