/** State is plain data with a fixed layout, so that it can be copied, migrated and compared. Per key unless the block says `stateScope: 'node'`. */
export type StateKind = 'f64' | 'i32' | 'f64s' | 'i32s' | 'json';
/** Length of an array field: a number, or the value of a parameter (plus a constant). */
export type Size = number | { readonly param: string; readonly plus?: number };

export interface StateField<T> {
  readonly kind: StateKind;
  readonly init: unknown;
  readonly size?: Size;
  readonly _t?: T;
}
export const f64 = (init = 0): StateField<number> => ({ kind: 'f64', init });
export const i32 = (init = 0): StateField<number> => ({ kind: 'i32', init });
export const f64s = (size: Size, init = 0): StateField<Float64Array> => ({ kind: 'f64s', size, init });
export const i32s = (size: Size, init = 0): StateField<Int32Array> => ({ kind: 'i32s', size, init });
/** Anything structured and copyable; slower, still checkpointed. */
export const jsonState = <T>(init: T): StateField<T> => ({ kind: 'json', init });
export const sizeOf = (param: string, plus = 0): Size => ({ param, plus });

export type StateFields = Readonly<Record<string, StateField<unknown>>>;
export type StateOf<S> = { -readonly [K in keyof S]: S[K] extends StateField<infer T> ? T : never };
