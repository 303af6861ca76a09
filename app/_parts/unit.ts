/**
 * A UCUM unit as people write it: `Cel` → `°C`, `m3/h` → `m³/h`, `kW.h` → `kW·h`. The full tables of `runtime/units` weigh a megabyte and
 * stay out of every page; this knows the units of plants, and `unit.test.ts` holds it to what the tables say.
 */
const SYMBOLS: Readonly<Record<string, string>> = {
  Cel: '°C',
  '[degF]': '°F',
  '[psi]': 'psi',
  '[cft_i]': 'ft³',
  '[cin_i]': 'in³',
  '[in_i]': 'in',
  '[ft_i]': 'ft',
  '[gal_us]': 'gal',
  '[lb_av]': 'lb',
  '[HP]': 'hp',
  '[rpm]': 'rpm',
  deg: '°',
  Ohm: 'Ω',
  um: 'µm',
  us: 'µs',
  uA: 'µA',
  uV: 'µV',
  ug: 'µg',
  uS: 'µS',
};
const RAISED: Readonly<Record<string, string>> = {
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

export function unitLabel(code: string | null | undefined): string {
  if (!code || code === '1') return '';
  return code
    .replace(/\{([^}]*)\}|\[[^\]]*\]|[A-Za-z%'"*^]+|-?\d+|\./g, (token, annotation: string | undefined, at: number) => {
      if (annotation !== undefined) return annotation;
      if (token === '.') return '·';
      if (/^-?\d+$/.test(token)) {
        return at > 0 && /[A-Za-z\]]/.test(code[at - 1] ?? '')
          ? [...token].map((digit) => RAISED[digit] ?? digit).join('')
          : token;
      }
      return SYMBOLS[token] ?? token.replace(/^\[(.*)\]$/, '$1');
    })
    .replace(/^1\//, '/');
}
