/**
 * Units that business documents name: UN/ECE Recommendation 20 (UBL, EDIFACT) and the usual words of B2MML, as UCUM code, dimension and
 * factor to its base unit.
 */
const UNITS: readonly (readonly [ucum: string, dimension: string, factor: number, ...codes: string[]])[] = [
  ['1', 'number', 1, 'C62', 'H87', 'EA', 'PCE', 'pcs', 'ea', 'piece', 'NMP'],
  ['%', 'number', 0.01, 'P1', 'percent'],
  ['kg', 'mass', 1, 'KGM'],
  ['g', 'mass', 0.001, 'GRM'],
  ['mg', 'mass', 1e-6, 'MGM'],
  ['t', 'mass', 1000, 'TNE'],
  ['[lb_av]', 'mass', 0.45359237, 'LBR', 'lb'],
  ['m', 'length', 1, 'MTR'],
  ['cm', 'length', 0.01, 'CMT'],
  ['mm', 'length', 0.001, 'MMT'],
  ['km', 'length', 1000, 'KMT'],
  ['[in_i]', 'length', 0.0254, 'INH', 'in'],
  ['[ft_i]', 'length', 0.3048, 'FOT', 'ft'],
  ['m2', 'area', 1, 'MTK'],
  ['m3', 'volume', 1, 'MTQ'],
  ['L', 'volume', 0.001, 'LTR', 'l', 'liter', 'litre'],
  ['mL', 'volume', 1e-6, 'MLT', 'ml'],
  ['[gal_us]', 'volume', 0.003785411784, 'GLL', 'gal'],
  ['s', 'time', 1, 'SEC'],
  ['min', 'time', 60, 'MIN'],
  ['h', 'time', 3600, 'HUR'],
  ['d', 'time', 86_400, 'DAY'],
  ['kW.h', 'energy', 3.6e6, 'KWH', 'kWh'],
  ['MW.h', 'energy', 3.6e9, 'MWH', 'MWh'],
  ['J', 'energy', 1, 'JOU'],
  ['kJ', 'energy', 1000, 'KJO'],
  ['MJ', 'energy', 1e6, '3B'],
  ['W', 'power', 1, 'WTT'],
  ['kW', 'power', 1000, 'KWT'],
  ['bar', 'pressure', 1e5, 'BAR'],
  ['kPa', 'pressure', 1000, 'KPA'],
  ['MPa', 'pressure', 1e6, 'MPA'],
  ['Pa', 'pressure', 1, 'PAL'],
];

/** A value in the document's unit code as the UCUM unit asked for; undefined when the two do not fit or one is not known. */
export function toUnit(value: number, code: string, ucum: string): number | undefined {
  if (code === ucum) return value;
  const from = UNITS.find(([u, , , ...codes]) => u === code || codes.includes(code));
  const to = UNITS.find(([u]) => u === ucum);
  if (!from || !to || from[1] !== to[1]) return undefined;
  return from === to ? value : (value * from[2]) / to[2];
}
