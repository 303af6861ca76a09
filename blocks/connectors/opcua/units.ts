/**
 * UCUM codes of the common units of UNECE Recommendation 20, by which OPC UA names a unit (`EUInformation.unitId` is the three letters of
 * the code as one number, Part 8, 5.6.4.3).
 */
const UCUM: Readonly<Record<string, string>> = {
  CEL: 'Cel',
  FAH: '[degF]',
  KEL: 'K',
  BAR: 'bar',
  MBR: 'mbar',
  PAL: 'Pa',
  KPA: 'kPa',
  MPA: 'MPa',
  PS: '[psi]',
  P1: '%',
  C62: '1',
  AMP: 'A',
  '4K': 'mA',
  VLT: 'V',
  '2Z': 'mV',
  KVT: 'kV',
  WTT: 'W',
  KWT: 'kW',
  MAW: 'MW',
  WHR: 'W.h',
  KWH: 'kW.h',
  JOU: 'J',
  HTZ: 'Hz',
  KHZ: 'kHz',
  RPM: '{rev}/min',
  MTR: 'm',
  CMT: 'cm',
  MMT: 'mm',
  '4H': 'um',
  MTS: 'm/s',
  C16: 'mm/s',
  MSK: 'm/s2',
  MTQ: 'm3',
  LTR: 'L',
  MQH: 'm3/h',
  G53: 'm3/min',
  L2: 'L/min',
  KGM: 'kg',
  GRM: 'g',
  TNE: 't',
  E93: 'kg/h',
  NEW: 'N',
  NU: 'N.m',
  SEC: 's',
  MIN: 'min',
  HUR: 'h',
  C26: 'ms',
  DD: 'deg',
};

const UNECE: ReadonlyMap<string, string> = new Map(Object.entries(UCUM).map(([code, ucum]) => [ucum, code]));

/** `EUInformation.unitId` of a unit; −1 names one that the recommendation does not know, or that is not known here. */
export function unitIdOf(ucum: string): number {
  const code = UNECE.get(ucum);
  return code ? [...code].reduce((id, letter) => (id << 8) | letter.charCodeAt(0), 0) : -1;
}

/** UCUM code of an OPC UA unit, or the text that people see when the code is not known here. */
export function ucumOf(unitId: number, display: string | undefined): string | undefined {
  const letters = [16, 8, 0].map((shift) => (unitId >>> shift) & 0xff).filter((code) => code > 0);
  return UCUM[String.fromCharCode(...letters)] ?? (display || undefined);
}
