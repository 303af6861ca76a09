export interface Transition {
  /** A state, or `*` for any. */
  readonly from: string;
  readonly to: string;
  readonly when?: ((row: unknown) => boolean) | undefined;
  /** Seconds in the state. */
  readonly after?: number | undefined;
}

const leaves = (t: Transition, state: string): boolean => (t.from === state || t.from === '*') && t.to !== state;

/** The first transition whose condition holds; `inState` in ms. */
export function fired(transitions: readonly Transition[], state: string, inState: number, row: unknown): string | undefined {
  for (const t of transitions) if (t.when && leaves(t, state) && inState >= (t.after ?? 0) * 1000 && t.when(row)) return t.to;
  return undefined;
}

/** When the state is left by time alone, epoch ms; Infinity when it is not. */
export function nextTimeout(transitions: readonly Transition[], state: string, since: number): number {
  let at = Number.POSITIVE_INFINITY;
  for (const t of transitions)
    if (!t.when && t.after !== undefined && leaves(t, state)) at = Math.min(at, since + t.after * 1000);
  return at;
}

/** The timeout that is due at or before `now`; the shortest, of equal ones the first. */
export function dueTimeout(
  transitions: readonly Transition[],
  state: string,
  since: number,
  now: number,
): { readonly to: string; readonly at: number } | undefined {
  const at = nextTimeout(transitions, state, since);
  if (!(at <= now)) return undefined;
  const t = transitions.find((x) => !x.when && leaves(x, state) && x.after !== undefined && since + x.after * 1000 === at);
  return t && { to: t.to, at };
}
