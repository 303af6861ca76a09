import type { ColumnSchema, Origin, WireKind } from './schema.ts';

/** Equidistant block of samples. `values` may be absent while the bytes are still a blob that nobody fetched. */
export interface Wave {
  /** Epoch milliseconds of the first sample. */
  readonly t0: number;
  /** Samples per second. */
  readonly rate: number;
  readonly n: number;
  /** Content hash of little-endian Float32 samples in the blob store; absent when the wave is inline. */
  readonly blob?: string;
  readonly values?: Float32Array | Float64Array;
}

export interface BlobRef {
  readonly hash: string;
  readonly media: string;
  readonly size: number;
}

/** Text is dictionary-coded: `codes[i]` indexes `words`. */
export interface TextValues {
  readonly codes: Int32Array;
  readonly words: readonly string[];
}

export type ColumnValues =
  | Float64Array // number, integer (exact to 2^53), time (epoch ms)
  | Uint8Array // boolean
  | TextValues // text
  | { readonly scaled: BigInt64Array } // decimal
  | readonly unknown[]; // json, wave, blob; and every column of a frame record (one array per record)

export interface Column {
  readonly schema: ColumnSchema;
  readonly values: ColumnValues;
  /** One byte a record; absent = all good. */
  readonly quality?: Uint8Array;
  readonly origin: Origin;
}

/**
 * A columnar table of records: `n` rows, every row with `time` (epoch ms) and `key` (asset or tag it is about).
 * A batch of a frame wire has one row per frame; its columns hold one typed array per row.
 */
export interface Batch {
  readonly kind: WireKind;
  readonly n: number;
  readonly time: Float64Array;
  readonly key: TextValues;
  readonly columns: Readonly<Record<string, Column>>;
}
