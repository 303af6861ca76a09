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

// The published functional tests of UCUM (UcumFunctionalTests.xml, section `conversion`), cases 3-101 to 3-129 by their numbers; as there, the
// outcome has as many digits as the value given
test.each([
  ['3-101', 6.3, 'm', 'm', '6.3'],
  ['3-102', 6.3, 'mm', 'm', '0.0063'],
  ['3-103', 6.3, 'mm', 'cm', '0.63'],
  ['3-104', 6.3, 's.m-1', 's/m', '6.3'],
  ['3-105', 6.3, 's.mm-1', 's.m-1', '6300'],
  ['3-106', 6.3, 's.mm-2', 's.m-2', '6300000'],
  ['3-108', 6.3, 's/m/g', 's.m-1.g-1', '6.3'],
  ['3-109', 6.3, 'ms/m/g', 's.m-1.g-1', '0.0063'],
  ['3-110', 6.3, 's/mm/g', 's.m-1.g-1', '6300'],
  ['3-111', 6.3, 's/m/mg', 's.m-1.g-1', '6300'],
  ['3-111a', 6.3, 's/m.mg', 's.m-1.g', '0.0063'],
  ['3-112', 6.3, 'ms/m', 's/m', '0.0063'],
  ['3-113', 6.3, '4.s/m', 's/m', '25'],
  ['3-114', 6.3, '4.s/m', 's/m', '25.2'],
  ['3-115', 6.3, 's/4/m', 's/m', '1.6'],
  ['3-116', 6.3, 's/mm', 's/m', '6300'],
  ['3-117', 6.3, 'ms/mm', 's/m', '6.3'],
  ['3-118', 6.3, '[in_i]', 'm', '0.160'],
  ['3-119', 6.3, '[in_i]', 'cm', '16.0'],
  ['3-120', 6.3, 'g.m.s-2.A-2', 'g.m.C-2', '6.3'],
  ['3-121', 1, '10*-7.s', 's', '1e-7'],
  ['3-122', 1, '4.[pi].10*-7.s', 's', '0.000001256637061435917'],
  ['3-123', 1, '4.[pi].10*-7.N', 'N', '0.000001256637061435917'],
  ['3-124', 1, '[mu_0]', 'g.m.C-2', '0.001256637061435917'],
  ['3-125', 1, 'm[Hg]', 'g.s-2.m-1', '133322000'],
  ['3-126', 1, 'S', 'g-1.m-2.C2.s', '0.001'],
  ['3-127', 1, '[ly]', 'cm', '946073047258080000'],
  ['3-128', 1, '1/[ly]', 'cm-1', '1.057000834024615e-18'],
  ['3-129', 1.2, 'g.m', 'm.g', '1.2'],
] as const)('UCUM %s', (_case, value, from, to, outcome) => {
  const digits = outcome.replace(/e.*$/, '').replace('.', '').replace(/^0+/, '').length;
  const whole = /^[1-9]\d*0+$/.test(outcome) ? outcome.replace(/0+$/, '').length : digits;
  expect(Number(convert(value, from, to).toPrecision(Math.min(whole, 12)))).toBeCloseTo(
    Number(Number(outcome).toPrecision(Math.min(whole, 12))),
    30,
  );
});

// the same tests, section `validation`
test('UCUM: what is a unit and what is not', () => {
  for (const unit of ['mm', 'ng/kg', 't', 'Wb', 'm[H2O]', '10*23', 'm3.kg-1.s-2', '4.[pi].10*-7.N/A2'])
    expect(isUnit(unit), unit).toBe(true);
  expect(isUnit("[M'U]")).toBe(false);
  // division, 4-103: units that are comparable leave a plain number
  expect(convert(1, '[lb_av]/h', 'kg/s')).toBeCloseTo(0.00012599788055555556, 18);
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
