/**
 * Quality of one value, one byte: the class in the two high bits, the sub-code in the six low bits.
 * The numeric maximum of two codes is the worse one, so "worst of the inputs" is `Math.max`.
 * Classes and sub-codes: semantics, section 1 (names follow OPC UA Part 8 status groups).
 */
export const GOOD = 0x00;
export const UNCERTAIN = 0x40;
export const BAD = 0x80;

export const SUB_CODES = [
  'none',
  'stale',
  'clipped',
  'out-of-range',
  'substituted',
  'clock-skew',
  'link',
  'sensor-fault',
  'manual',
  'missing',
] as const;
export type SubCode = (typeof SUB_CODES)[number];
export type QualityClass = 'good' | 'uncertain' | 'bad';

export const quality = (cls: QualityClass, sub: SubCode = 'none'): number =>
  (cls === 'good' ? GOOD : cls === 'uncertain' ? UNCERTAIN : BAD) | SUB_CODES.indexOf(sub);

export const classOf = (code: number): QualityClass => (code & BAD ? 'bad' : code & UNCERTAIN ? 'uncertain' : 'good');
export const subCodeOf = (code: number): SubCode => SUB_CODES[code & 0x3f] ?? 'none';
/** As text, for files and screens: `good`, `uncertain:stale`, `bad:link`. */
export const qualityText = (code: number): string => (code & 0x3f ? `${classOf(code)}:${subCodeOf(code)}` : classOf(code));
export function parseQuality(text: string): number | undefined {
  const [cls, sub = 'none'] = text.split(':');
  if (cls !== 'good' && cls !== 'uncertain' && cls !== 'bad') return undefined;
  const at = SUB_CODES.indexOf(sub as SubCode);
  return at < 0 ? undefined : quality(cls, SUB_CODES[at]);
}

/** The value must not be used. */
export const isBad = (code: number): boolean => code >= BAD;
export const isGood = (code: number): boolean => code < UNCERTAIN;
export const worst = (a: number, b: number): number => Math.max(a, b);
