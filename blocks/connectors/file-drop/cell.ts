import type { SourceValue, TagValueType } from '#blocks/sdk/connector.ts';
import { timeOf } from '../payload/payload.ts';
import { stampMs, typedValue } from '../sql/value.ts';

/** A cell as the tag wants it; undefined when it is none of its type. */
export function cellValue(cell: unknown, type: TagValueType): SourceValue | undefined {
  if (typeof cell === 'bigint') return typedValue(String(cell), type);
  if (typeof cell === 'number')
    return type === 'text' ? String(cell) : type === 'boolean' ? typedValue(String(cell), type) : cell;
  if (typeof cell === 'boolean') return type === 'boolean' ? cell : type === 'text' ? String(cell) : Number(cell);
  return typeof cell === 'string' ? typedValue(cell.trim(), type) : undefined;
}

/** ISO, `2026/3/1 8:05:00` as Excel writes it, or epoch in s, ms, µs or ns; a time without a zone is `offsetMinutes` east of Greenwich. */
export function cellTime(cell: unknown, offsetMinutes: number): number | undefined {
  if (cell instanceof Date) return cell.getTime();
  if (typeof cell === 'bigint') return timeOf(Number(cell));
  if (typeof cell === 'number') return timeOf(cell);
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return timeOf(Number(text));
  const padded = text
    .replace(/^(\d{4})[/.](\d{1,2})[/.](\d{1,2})/, '$1-$2-$3')
    .replace(/^(\d{4})-(\d{1,2})-(\d{1,2})(?=\D|$)/, (_all, y, m, d) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`)
    .replace(/([ T])(\d):/, '$10$2:')
    .replace(/([ T]\d\d:\d\d)(?=$|[Z+-])/, '$1:00');
  return stampMs(padded, offsetMinutes);
}
