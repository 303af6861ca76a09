import { keyedHash } from './sha256.ts';

export interface MaskedColumn {
  readonly name: string;
  readonly how: 'keep' | 'hash' | 'band' | 'prefix';
  readonly width?: number | undefined;
  readonly length?: number | undefined;
}

export function maskRow(
  row: Readonly<Record<string, unknown>>,
  columns: readonly MaskedColumn[],
  secret: string,
  digits: number,
): Record<string, unknown> {
  return Object.fromEntries(columns.map((c) => [c.name, maskValue(row[c.name], c, secret, digits)]));
}

/** What is missing stays missing: a hash of nothing would say that it is nothing. */
export function maskValue(value: unknown, c: MaskedColumn, secret: string, digits: number): unknown {
  if (c.how === 'keep') return value;
  if (value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value))) return undefined;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (c.how === 'hash') return keyedHash(secret, text, digits);
  if (c.how === 'prefix') return [...text].slice(0, c.length).join('');
  const width = c.width ?? 1;
  const low = Math.floor(Number(value) / width) * width;
  return Number.isNaN(low) ? undefined : `${short(low)}–${short(low + width)}`;
}
/** Twelve digits hide that 0.1 + 0.2 is not 0.3. */
const short = (x: number): string => String(Number(x.toPrecision(12)));
