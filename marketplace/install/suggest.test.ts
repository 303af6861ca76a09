import { expect, test } from 'vitest';
import type { TagRole } from '#runtime/graph/document.ts';
import { candidates, misfit, suggestForAsset, suggestMapping, type TagFacts } from './suggest.ts';
import { conceptsOf } from './vocabulary.ts';

const role = (name: string, en: string, zh: string, unit: string, over: Partial<TagRole> = {}): TagRole => ({
  name,
  title: { en, zh },
  type: 'number',
  unit,
  optional: false,
  write: false,
  ...over,
});
const tag = (id: number, name: string, unit: string, over: Partial<TagFacts> = {}): TagFacts => ({
  id,
  name,
  unit,
  type: 'number',
  access: 'r',
  ...over,
});
// NIST SP 811, appendix B: 1 psi = 6.894757 kPa; t/°C = (t/°F − 32)/1.8
const conversionOf = (from: string, to: string) =>
  from === '[psi]' && to === 'bar'
    ? { gain: 0.06894757, offset: 0 }
    : from === '[degF]' && to === 'Cel'
      ? { gain: 1 / 1.8, offset: -32 / 1.8 }
      : undefined;

const roles = [
  role('pressure.header', 'Header pressure', '总管压力', 'bar', { range: [0, 12] }),
  role('power.active', 'Active power', '有功功率', 'kW'),
  role('temperature.discharge', 'Discharge temperature', '排气温度', 'Cel', { range: [0, 130] }),
  role('pressure.setpoint', 'Pressure set-point', '压力设定值', 'bar', { write: true, range: [4, 9] }),
];

test('a Chinese plant in °F and psi is mapped without a person', () => {
  const tags = [
    tag(1, '空压站_总管压力', '[psi]', { low: 0, high: 160 }),
    tag(2, '空压站_总管压力设定', '[psi]', { access: 'rw', low: 60, high: 130 }),
    tag(3, '空压站_总功率', 'kW'),
    tag(4, '空压机A_排气温度', '[degF]', { low: 32, high: 260 }),
    tag(5, '空压机A_油温', '[degF]', { low: 32, high: 260 }),
    tag(6, '空压机A_电机电流', 'A'),
  ];
  const mapping = suggestMapping(roles, tags, conversionOf);
  expect(Object.fromEntries(Object.entries(mapping).map(([name, c]) => [name, c?.tagId]))).toEqual({
    'pressure.header': 1,
    'power.active': 3,
    'temperature.discharge': 4,
    'pressure.setpoint': 2,
  });
  expect(mapping['pressure.header']?.conversion).toMatchObject({ from: '[psi]', to: 'bar', gain: 0.06894757 });
});

test('instrument letters of an English plant are understood', () => {
  const tags = [
    tag(1, 'AIR.PT_101.PV', 'bar', { title: { en: 'Header pressure', zh: '总管压力' } }),
    tag(2, 'AIR.PIC_101.SP', 'bar', { access: 'rw' }),
    tag(3, 'COMP_A.Power', 'kW'),
    tag(4, 'COMP_A.DischargeTemp', 'Cel'),
  ];
  const mapping = suggestMapping(roles, tags, conversionOf);
  expect(Object.values(mapping).map((c) => c?.tagId)).toEqual([1, 3, 4, 2]);
});

test('a unit of another dimension, another type and a read-only tag cannot fill the role', () => {
  const [pressure, , , setpoint] = roles;
  if (!pressure || !setpoint) throw new Error('roles');
  expect(misfit(pressure, tag(1, 'x', 'kW'), conversionOf)).toBe('dimension');
  expect(misfit(pressure, tag(1, 'x', 'bar', { type: 'text' }), conversionOf)).toBe('type');
  expect(misfit(setpoint, tag(1, 'x', 'bar'), conversionOf)).toBe('read-only');
  expect(candidates(pressure, [tag(1, 'x', 'kW')], conversionOf)).toEqual([]);
});

test('non-drive end is not read as drive end', () => {
  expect(conceptsOf('非驱动端振动')).toEqual(new Set(['nonDriveEnd', 'vibration']));
  expect(conceptsOf('vib.de.h')).toEqual(new Set(['vibration', 'driveEnd', 'horizontal']));
});

test('what the asset does not measure itself is looked for beside it, and its own tags win', () => {
  const oil = role('temperature', 'Compressor oil temperature', '空压机油温', 'Cel', { range: [0, 130] });
  const power = role('power', 'Station power', '总功率', 'kW');
  const own = [tag(1, '机房温度', '[degF]', { title: { en: 'Room temperature', zh: '机房温度' } }), tag(2, '总功率', 'kW')];
  const beside = [
    tag(3, '1号机油温', '[degF]', { title: { en: 'Compressor 1 oil temperature', zh: '1号机油温' } }),
    tag(4, '1号机功率', 'kW', { title: { en: 'Compressor 1 power', zh: '1号机功率' } }),
  ];
  const mapping = suggestForAsset([oil, power], own, beside, conversionOf);
  // the room's temperature is a temperature, but not the oil's
  expect(Object.fromEntries(Object.entries(mapping).map(([name, c]) => [name, c?.tagId]))).toEqual({ temperature: 3, power: 2 });
});
