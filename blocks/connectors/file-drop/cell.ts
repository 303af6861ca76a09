import type { SourceValue, TagValueType } from '#blocks/sdk/connector.ts';
import { timeOf } from '../payload/time.ts';
import { typedValue } from '../sql/value.ts';

/** A cell as the tag wants it; undefined when it is none of its type. */
export function cellValue(cell: unknown, type: TagValueType): SourceValue | undefined {
  if (typeof cell === 'bigint') return typedValue(String(cell), type);
  if (typeof cell === 'number')
    return type === 'text' ? String(cell) : type === 'boolean' ? typedValue(String(cell), type) : cell;
  if (typeof cell === 'boolean') return type === 'boolean' ? cell : type === 'text' ? String(cell) : Number(cell);
  return typeof cell === 'string' ? typedValue(cell.trim(), type) : undefined;
}

/** As `timeOf`; a time without a zone, and with `zoneless` a date of a workbook, is `offsetMinutes` east of Greenwich. */
export function cellTime(cell: unknown, offsetMinutes: number, zoneless = false): number | undefined {
  if (cell instanceof Date) return Math.round(cell.getTime()) - (zoneless ? offsetMinutes * 60_000 : 0);
  return timeOf(typeof cell === 'bigint' ? Number(cell) : cell, { offsetMinutes });
}
