import { checkDigit } from '../id/check-digit.ts';

/** A stretch of numbers that belongs to this node alone. */
export interface Range {
  key: string;
  prefix: string;
  next: number;
  to: number;
}
export const leftIn = ({ next, to }: Range): number => Math.max(0, to - next + 1);

/** The range of an answer; undefined when it is none. */
export function rangeOf(value: unknown): Range | undefined {
  const told = (value as { answer?: { key?: string; prefix?: string; leased?: { from: number; to: number }[] } } | undefined)
    ?.answer;
  const [lease] = told?.leased ?? [];
  if (told?.key === undefined || told.prefix === undefined || lease === undefined) return undefined;
  return { key: told.key, prefix: told.prefix, next: lease.from, to: lease.to };
}

/** An identifier as GS1 element string, for people and for symbols, and as Digital Link. */
export interface Minted {
  readonly element: string;
  readonly link: string;
  readonly serial: string;
}
export function mint({ key, prefix, next }: Range): Minted {
  const serial = String(next);
  switch (key) {
    case 'sgtin':
      return { element: `(01)${prefix}(21)${serial}`, link: `https://id.gs1.org/01/${prefix}/21/${serial}`, serial };
    case 'sscc': {
      const digits = prefix + serial.padStart(17 - prefix.length, '0');
      const whole = digits + checkDigit(digits);
      return { element: `(00)${whole}`, link: `https://id.gs1.org/00/${whole}`, serial };
    }
    case 'grai': {
      const whole = `0${prefix}${checkDigit(prefix)}${serial}`;
      return { element: `(8003)${whole}`, link: `https://id.gs1.org/8003/${whole}`, serial };
    }
    case 'giai':
      return { element: `(8004)${prefix}${serial}`, link: `https://id.gs1.org/8004/${prefix}${serial}`, serial };
    default:
      throw new RangeError(`the pool is of the key '${key}', which this version cannot write`);
  }
}
