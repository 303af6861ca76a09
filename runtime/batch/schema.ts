/** Column types of a wire (semantics, section 1). `number` carries a UCUM unit; `wave` and `blob` travel as references. */
export const COLUMN_TYPES = ['number', 'integer', 'boolean', 'text', 'time', 'decimal', 'json', 'wave', 'blob'] as const;
export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface ColumnSchema {
  readonly type: ColumnType;
  /** UCUM code; `1` is dimensionless. Only `number` and `wave` have one. */
  readonly unit?: string;
  /** Decimal places of a `decimal` column. */
  readonly scale?: number;
}

/** A stream is records without end; a frame is one finite table delivered whole, never cut, never merged (semantics, section 2). */
export type WireKind = 'stream' | 'frame';

/** What a wire carries besides `time` and `key`, which every record has. */
export interface WireSchema {
  readonly kind: WireKind;
  readonly columns: Readonly<Record<string, ColumnSchema>>;
}

/** Where values came from. Least real last: what is computed from several takes the last in this order. */
export const ORIGINS = ['measured', 'derived', 'manual', 'replayed', 'simulated'] as const;
export type Origin = (typeof ORIGINS)[number];
export const leastReal = (a: Origin, b: Origin): Origin => (ORIGINS.indexOf(a) >= ORIGINS.indexOf(b) ? a : b);
