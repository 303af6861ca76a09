import { expect, test } from 'vitest';
import { conversion, convert, displayUnit, divideUnits, isUnit, multiplyUnits, sameDimension } from './units.ts';

// NIST Special Publication 811 (2008), appendix B.8 (factors, exact where printed bold) and B.9
test.each([
  ['[psi]', 'Pa', 6.894757e3, 7],
  ['bar', 'Pa', 1e5, 16], // exact
  ['atm', 'Pa', 1.01325e5, 16], // exact
  ['[in_i]', 'm', 2.54e-2, 16], // exact
  ['[ft_i]', 'm', 3.048e-1, 16], // exact
  ['kW.h', 'J', 3.6e6, 16], // exact
  ['[HP]', 'W', 7.456999e2, 7],
  ['[gal_us]', 'm3', 3.785412e-3, 7],
  ['[gal_us]/min', 'm3/s', 6.30902e-5, 6],
  ['[lb_av]', 'kg', 4.5359237e-1, 16], // exact
  ['[lbf_av]', 'N', 4.448222, 7],
  ['mm[Hg]', 'Pa', 1.33322e2, 6],
  ['[Btu_IT]', 'J', 1.055056e3, 7],
  ['[g]', 'm/s2', 9.80665, 16], // exact
  ['deg', 'rad', 1.745329e-2, 7],
])('one %s is %s', (from, to, factor, digits) => {
  expect(Number(convert(1, from, to).toPrecision(digits))).toBe(Number(factor.toPrecision(digits)));
});

// NIST SP 811, B.8: t/°C = (t/°F - 32)/1.8; T/K = t/°C + 273.15; fixed points of water
test('temperatures shift and scale', () => {
  expect(convert(212, '[degF]', 'Cel')).toBeCloseTo(100, 9);
  expect(convert(32, '[degF]', 'Cel')).toBeCloseTo(0, 9);
  expect(convert(-40, 'Cel', '[degF]')).toBeCloseTo(-40, 9);
  expect(convert(0, 'Cel', 'K')).toBe(273.15);
  expect(convert(32, '[degF]', 'K')).toBeCloseTo(273.15, 9);
  expect(conversion('Cel', '[degF]')).toEqual({ ok: true, gain: expect.closeTo(1.8, 12), offset: 32 });
});

test('what cannot be converted says why', () => {
  expect(conversion('Cel', 'kW')).toEqual({ ok: false, reason: 'other-dimension' });
  expect(conversion('xyz', 'kW')).toEqual({ ok: false, reason: 'not-a-unit', unit: 'xyz' });
  expect(conversion('dB', '1')).toEqual({ ok: false, reason: 'not-linear' });
  expect(() => convert(1, 'Cel', 'kW')).toThrow(RangeError);
});

test('dimensions, not spellings, are compared', () => {
  expect(sameDimension('kW.h', 'MJ')).toBe(true);
  expect(sameDimension('m3/h', 'L/min')).toBe(true);
  expect(sameDimension('bar', 'kW')).toBe(false);
  expect(isUnit('1/min')).toBe(true);
  expect(isUnit('psi')).toBe(false);
});

test('units of derived columns stay valid units', () => {
  for (const unit of [
    divideUnits('bar', 'min'),
    divideUnits('kW.h', 't'),
    multiplyUnits('m/s', 's'),
    divideUnits('1', 's'),
    multiplyUnits('1', 'A'),
  ])
    expect(isUnit(unit), unit).toBe(true);
  expect(divideUnits('bar', 'min')).toBe('bar/min');
  expect(divideUnits('kW', 'kW')).toBe('1');
  expect(convert(1, divideUnits('kW.h', 'm3'), 'J/m3')).toBe(3.6e6);
});

test('units as people write them', () => {
  const shown = {
    Cel: '°C',
    '[degF]': '°F',
    '[psi]': 'psi',
    'kW.h': 'kW·h',
    'm3/h': 'm³/h',
    um: 'µm',
    'm.s-1': 'm·s⁻¹',
    '{rpm}': 'rpm',
    '1/min': '/min',
    '1': '',
    '%': '%',
    Ohm: 'Ω',
  };
  for (const [code, text] of Object.entries(shown)) expect(displayUnit(code)).toBe(text);
});
