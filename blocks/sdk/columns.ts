import type { Wave } from '#runtime/batch/batch.ts';
import type { ColumnType } from '#runtime/batch/schema.ts';
import type { ColumnList, UnitRule } from '#runtime/graph/manifest.ts';

export type { ColumnList, UnitRule };

/** A declared column. `T` is the type that block code sees. */
export interface ColumnDecl<T> {
  readonly type: ColumnType;
  readonly unit?: UnitRule;
  readonly optional?: boolean;
  readonly scale?: number;
  readonly _t?: T;
}
export type Columns = Readonly<Record<string, ColumnDecl<unknown>>>;

interface ColumnOptions {
  readonly optional?: boolean;
}
const column =
  <T>(type: ColumnType) =>
  (unit?: UnitRule, options?: ColumnOptions): ColumnDecl<T> => ({ type, ...(unit === undefined ? {} : { unit }), ...options });

export const number = column<number>('number');
export const integer = (options?: ColumnOptions) => column<number>('integer')(undefined, options);
export const boolean = (options?: ColumnOptions) => column<boolean>('boolean')(undefined, options);
export const text = (options?: ColumnOptions) => column<string>('text')(undefined, options);
/** Epoch milliseconds. */
export const time = (options?: ColumnOptions) => column<number>('time')(undefined, options);
export const json = <T = unknown>(options?: ColumnOptions) => column<T>('json')(undefined, options);
/** An equidistant block of samples; the host hands the samples in, `row.wave.values` is there. */
export const wave = column<Wave & { readonly values: Float32Array | Float64Array }>('wave');

export const same = (column: string): UnitRule => ({ same: column });
export const per = (column: string, over: string): UnitRule => ({ per: [column, over] });
export const times = (column: string, by: string): UnitRule => ({ times: [column, by] });
export const unitOf = (param: string): UnitRule => ({ param });
/** The unit of the tag role that this parameter names: what a write must be converted to. Without a role the unit that parameter `or` names. */
export const unitOfRole = (param: string, or?: string): UnitRule => ({ role: param, ...(or === undefined ? {} : { or }) });

/** A port that carries frames: finite tables, one value each. Code sees one array per column. */
export interface FrameDecl<C extends Columns = Columns> {
  readonly frame: C;
  readonly listed?: string;
}
export const frame = <C extends Columns>(columns: C, options?: ListedOption): FrameDecl<C> => ({ frame: columns, ...options });

/**
 * Of an input: the parameter that lists, by name, the columns of numbers that the block reads beside the declared ones (a text array).
 * The row that is passed on whole to a helper has them: `features(row, p.columns)` reads `row[name]`.
 */
export interface ListedOption {
  readonly listed: string;
}
/** Rows with the declared columns and those that a parameter lists. */
export interface RowsDecl<C extends Columns = Columns> extends ListedOption {
  readonly rows: C;
}
export const rows = <C extends Columns>(columns: C, options: ListedOption): RowsDecl<C> => ({ rows: columns, ...options });

/**
 * Columns listed by parameters: arrays of `{ name, from?, type?, unit? }`, and `columns` beside them.
 * On an input `from` is the column's name on the wire (absent: `name`) and `unit` the one it is converted to; on an output a column without
 * a type is like the input column of its name. So `each: (row) => row` selects, renames and converts.
 */
export interface ColumnsFromParam {
  readonly columnsFrom: readonly ColumnList[];
  readonly columns?: Columns;
  /** Of an output: its columns where the parameters list none. */
  readonly otherwise?: Columns;
  readonly frame?: true;
}
interface ListsNone {
  readonly otherwise: Columns;
}
const lists = (from: readonly (string | ColumnList)[]): ColumnList[] =>
  from.map((l) => (typeof l === 'string' ? { param: l } : l));
export const columnsFrom = (
  from: string | readonly (string | ColumnList)[],
  columns?: Columns,
  none?: ListsNone,
): ColumnsFromParam => ({
  columnsFrom: lists(typeof from === 'string' ? [from] : from),
  ...(columns ? { columns } : {}),
  ...none,
});
/** The same for a table. */
export const frameFrom = (from: string | readonly (string | ColumnList)[], columns?: Columns): ColumnsFromParam => ({
  ...columnsFrom(from, columns),
  frame: true,
});
/** Output column `value` typed and united by the tag role that this parameter names. */
export interface ColumnsFromRole {
  readonly columnsFromRole: string;
}
export const columnsFromRole = (param: string): ColumnsFromRole => ({ columnsFromRole: param });

export type PortDecl = Columns | FrameDecl | RowsDecl | ColumnsFromParam | ColumnsFromRole;

export type ValueOf<D> = D extends ColumnDecl<infer T> ? T : never;
export type FrameValueOf<D> = D extends ColumnDecl<infer T> ? (T extends number ? Float64Array : readonly T[]) : never;
