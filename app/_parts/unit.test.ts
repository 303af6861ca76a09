import { expect, it } from 'vitest';
import { displayUnit } from '#runtime/units/units.ts';
import { unitLabel } from './unit.ts';

it('writes the units of plants as the UCUM tables print them', () => {
  expect(['Cel', '[degF]', 'm3/h', 'kW.h', 'mm/s', '1', '{rpm}', '%'].map(unitLabel)).toEqual([
    '°C',
    '°F',
    'm³/h',
    'kW·h',
    'mm/s',
    '',
    'rpm',
    '%',
  ]);
  // The tables print `gal_us`, which nobody reads as a unit.
  expect(unitLabel('[gal_us]/min')).toBe('gal/min');
  const units =
    'bar kPa MPa Pa mbar [psi] Cel [degF] K % mm um m [in_i] [ft_i] l/min m3/min Nm N kN kg t g [lb_av] A mA uA V kV W kW MW kW.h MJ Hz kHz s ms us min h d deg Ohm m/s2 mm/s l m3 [HP] kg/h m3/h J/g W/m2 mol/l uS/cm';
  for (const unit of units.split(' ')) expect(unitLabel(unit), unit).toBe(displayUnit(unit));
});
