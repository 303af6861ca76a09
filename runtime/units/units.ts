import * as ucum from '@lhncbc/ucum-lhc/source-cjs/ucumLhcUtils.js';

/**
 * Units of measure after UCUM (The Unified Code for Units of Measure), behind one module. Units are UCUM codes such as `Cel`, `[degF]`,
 * `[psi]`, `kW.h`; `1` (or no unit) is dimensionless. Works in Node and in the browser; the tables are read at the first use.
 */

/** `to = from * gain + offset` */
export interface Conversion {
  readonly gain: number;
  readonly offset: number;
}
export type ConversionResult =
  | ({ readonly ok: true } & Conversion)
  | { readonly ok: false; readonly reason: 'not-a-unit' | 'other-dimension' | 'not-linear'; readonly unit?: string };

// CommonJS: Node gives the exports as `default` too, bundlers as names
const utils = () => (ucum.UcumLhcUtils ?? ucum.default.UcumLhcUtils).getInstance();
type UcumUnit = NonNullable<ReturnType<ReturnType<typeof utils>['getSpecifiedUnit']>['unit']>;

const units = new Map<string, UcumUnit | null>();
function unitOf(code: string): UcumUnit | null {
  let unit = units.get(code);
  if (unit === undefined) {
    const found = utils().getSpecifiedUnit(code, 'validate');
    // the library "corrects" some misspellings; a code that is not itself valid is refused
    unit = found.unit && (found.retMsg ?? []).length === 0 ? found.unit : null;
    units.set(code, unit);
  }
  return unit;
}

export const isUnit = (code: string): boolean => unitOf(code) !== null;

/** Special units (`Cel`, `[degF]`, `dB`) convert by a function; the others by a factor. */
const isLogarithmic = (unit: UcumUnit): boolean => unit.cnv_ !== null && !AFFINE.has(unit.cnv_);
const AFFINE = new Set(['Cel', 'degF', 'degRe']);
const dimensionOf = (unit: UcumUnit): string =>
  `${unit.dim_?.dimVec_?.join() ?? ''}|${unit.isArbitrary_ ? unit.csCode_ : ''}|${unit.moleExp_ ?? 0}`;

export function sameDimension(a: string, b: string): boolean {
  const x = unitOf(a);
  const y = unitOf(b);
  return x !== null && y !== null && dimensionOf(x) === dimensionOf(y);
}

const conversions = new Map<string, ConversionResult>();

/** How a value in `from` becomes one in `to`; or why it cannot. */
export function conversion(from: string, to: string): ConversionResult {
  if (from === to) return isUnit(from) ? { ok: true, gain: 1, offset: 0 } : { ok: false, reason: 'not-a-unit', unit: from };
  const key = `${from} ${to}`;
  let found = conversions.get(key);
  if (!found) {
    found = findConversion(from, to);
    conversions.set(key, found);
  }
  return found;
}

function findConversion(from: string, to: string): ConversionResult {
  const a = unitOf(from);
  const b = unitOf(to);
  if (!a) return { ok: false, reason: 'not-a-unit', unit: from };
  if (!b) return { ok: false, reason: 'not-a-unit', unit: to };
  if (dimensionOf(a) !== dimensionOf(b)) return { ok: false, reason: 'other-dimension' };
  if (isLogarithmic(a) !== isLogarithmic(b) || (isLogarithmic(a) && a.csCode_ !== b.csCode_))
    return { ok: false, reason: 'not-linear' };
  const at = (value: number): number => utils().convertUnitTo(from, value, to).toVal ?? Number.NaN;
  if (a.cnv_ === null && b.cnv_ === null) return { ok: true, gain: at(1), offset: 0 };
  // affine temperatures: the gain is the ratio of the degrees; offsets that are short decimals (273.15, 32) lose the noise of the library's detour
  const offset = at(0);
  const short = Number(offset.toPrecision(11));
  return { ok: true, gain: degree(a) / degree(b), offset: String(short).length <= 9 ? short : offset };
}
const degree = (unit: UcumUnit): number => unit.magnitude_ * (unit.cnv_ === null ? 1 : unit.cnvPfx_);

/** @throws RangeError when the units have no common dimension. */
export function convert(value: number, from: string, to: string): number {
  const c = conversion(from, to);
  if (!c.ok) throw new RangeError(`'${from}' cannot be converted to '${to}': ${c.reason}`);
  return value * c.gain + c.offset;
}

const factor = (unit: string): string => (/[/.]/.test(unit) ? `(${unit})` : unit);
const isOne = (unit: string): boolean => unit === '' || unit === '1';
/** `A` and `s` → `A.s`. */
export const multiplyUnits = (a: string, b: string): string =>
  isOne(a) ? (isOne(b) ? '1' : b) : isOne(b) ? a : `${factor(a)}.${factor(b)}`;
/** `bar` and `min` → `bar/min`. */
export const divideUnits = (a: string, b: string): string =>
  isOne(b) ? (isOne(a) ? '1' : a) : a === b ? '1' : `${isOne(a) ? '1' : factor(a)}/${factor(b)}`;

const SYMBOLS: Readonly<Record<string, string>> = { '[HP]': 'hp', '[rpm]': 'rpm', '10*': '10', '10^': '10' };
const SUPERSCRIPT: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

/** As people write it: `Cel` → `°C`, `kW.h` → `kW·h`, `m3/h` → `m³/h`, `{rpm}` → `rpm`, `1` → ``. */
export function displayUnit(code: string): string {
  if (isOne(code)) return '';
  return code
    .replace(/\{([^}]*)\}|\[[^\]]*\]_?[a-z]*|[A-Za-z%'"*^]+|-?\d+|\./g, (token, annotation: string | undefined, at: number) => {
      if (annotation !== undefined) return annotation;
      if (token === '.') return '·';
      if (/^-?\d+$/.test(token))
        return at > 0 && /[A-Za-z\]]/.test(code[at - 1] ?? '') ? [...token].map((c) => SUPERSCRIPT[c] ?? c).join('') : token;
      const symbol = SYMBOLS[token] ?? unitOf(token)?.printSymbol_;
      return symbol && !symbol.includes('<') ? symbol.replace('μ', 'µ') : token.replace(/^\[(.*)\]$/, '$1');
    })
    .replace(/^1\//, '/');
}
