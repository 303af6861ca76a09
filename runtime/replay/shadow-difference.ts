/** One difference between the records of the running version and a candidate. Plain JSON. */
export interface ShadowDifference {
  /** Of the record, epoch ms. */
  readonly time: number;
  readonly key: string;
  readonly output: string;
  /** Of a table with the place in it, `value[3]`. Absent: the whole record is one side's alone. */
  readonly column?: string;
  readonly live?: ShownValue;
  readonly candidate?: ShownValue;
  readonly only?: 'live' | 'candidate';
}
export interface ShownValue {
  /** Number, text, boolean or JSON; null: no number. */
  readonly v: unknown;
  /** Quality where it is not good. */
  readonly q?: number;
}
interface Value {
  readonly v: unknown;
  readonly q: number;
}

/** The place where two values of a column differ; of tables the first one. */
export function valueDifferences(
  column: string,
  live: Value,
  candidate: Value,
): Pick<ShadowDifference, 'column' | 'live' | 'candidate'>[] {
  const [a, b] = [listOf(live.v), listOf(candidate.v)];
  if (!a || !b) return [{ column, live: shown(live), candidate: shown(candidate) }];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => !same(a[i], b[i]));
  // the same values, with another quality
  if (at === undefined) return [{ column, live: shown({ ...live, v: '' }), candidate: shown({ ...candidate, v: '' }) }];
  const one = (list: readonly unknown[], q: number) => (at < list.length ? shown({ v: list[at], q }) : undefined);
  const [was, is] = [one(a, live.q), one(b, candidate.q)];
  return [{ column: `${column}[${at}]`, ...(was ? { live: was } : {}), ...(is ? { candidate: is } : {}) }];
}

const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : undefined;

/** Longer JSON says no more to a person. */
const LONGEST = 200;
function shown({ v, q }: Value): ShownValue {
  const quality = q === 0 ? {} : { q };
  if (typeof v === 'number') return { v: Number.isFinite(v) ? v : null, ...quality };
  if (typeof v === 'boolean' || v === null || v === undefined) return { v: v ?? null, ...quality };
  const text = typeof v === 'string' ? v : JSON.stringify(v);
  return { v: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text, ...quality };
}

/** Numbers by value, so that "no number" is itself; lists and tables by what they hold. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [one, other] = [a, b].map((value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value));
  const [keys, others] = [Object.keys(one as object), Object.keys(other as object)];
  return (
    keys.length === others.length &&
    keys.every((key) => same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
  );
}
