import { decodeState, encodeState } from '#runtime/batch/value-codec.ts';

/** A saved state as programs write it (`layout.ts`): values of a key lie together, in the order of `keys`. */
interface SavedState {
  readonly format: number;
  readonly keys: readonly string[];
  readonly clock: number;
  readonly layout: {
    readonly F: readonly unknown[];
    readonly I: readonly unknown[];
    readonly A: readonly (readonly [node: string, field: string, kind: string, size: number, perKey: boolean])[];
    readonly J: readonly (readonly [node: string, field: string, perKey: boolean])[];
  };
  readonly blocks: unknown;
  readonly F: Float64Array;
  readonly I: Int32Array;
  readonly GF: Float64Array;
  readonly GI: Int32Array;
  readonly A: readonly (Float64Array | Int32Array)[];
  readonly J: readonly (readonly unknown[])[];
}

/**
 * The state of all keys in new hands: of the states of one program that shared the keys between them, to `parts` of which each gets its own. Every
 * value of a key goes along, bit for bit. A program for which this is right is one that is `splittable`.
 * @throws for states of different programs, or that keep something over keys
 */
export function splitStates(states: readonly Uint8Array[], parts: number, partOf: (key: string) => number): Uint8Array[] {
  const from = states.map((bytes) => decodeState(bytes) as SavedState);
  const [first] = from;
  if (!first) return [];
  const shape = JSON.stringify([first.format, first.layout, first.blocks]);
  if (first.format !== 1 || from.some((s) => JSON.stringify([s.format, s.layout, s.blocks]) !== shape))
    throw new Error('states of different programs cannot be put together');
  const { layout } = first;
  if (first.GF.length + first.GI.length > 0 || layout.A.some((a) => !a[4]) || layout.J.some((j) => !j[2]))
    throw new Error('this state is of all keys together');
  // a key is in one of them; where it is in two, it was moved, and the later one has it
  const places = new Map<string, readonly [SavedState, number]>();
  for (const state of from) for (const [k, key] of state.keys.entries()) places.set(key, [state, k]);
  return Array.from({ length: parts }, (_, part) => {
    const mine = [...places].filter(([key]) => partOf(key) === part).map(([, place]) => place);
    const rows = <A extends Float64Array | Int32Array>(into: A, size: number, of: (state: SavedState) => A): A => {
      for (const [i, [state, k]] of mine.entries()) into.set(of(state).subarray(k * size, (k + 1) * size) as A, i * size);
      return into;
    };
    const [f, i] = [layout.F.length, layout.I.length];
    return encodeState({
      ...first,
      keys: [...places.keys()].filter((key) => partOf(key) === part),
      clock: Math.max(...from.map((s) => s.clock)),
      F: rows(new Float64Array(mine.length * f), f, (s) => s.F),
      I: rows(new Int32Array(mine.length * i), i, (s) => s.I),
      A: layout.A.map(([, , kind, size], a) =>
        kind === 'f64s'
          ? rows(new Float64Array(mine.length * size), size, (s) => s.A[a] as Float64Array)
          : rows(new Int32Array(mine.length * size), size, (s) => s.A[a] as Int32Array),
      ),
      J: layout.J.map((_, j) => mine.map(([state, k]) => state.J[j]?.[k])),
    });
  });
}
