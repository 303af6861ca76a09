/** A model that was or is active. Plain data: it is the state. */
export interface Entry {
  model: string;
  score: number;
}
export interface Register {
  /** Active model last; what was active before it stands before it. */
  history: Entry[];
  /** Waits for approval. */
  pending: Entry[];
}
export const emptyRegister = (): Register => ({ history: [], pending: [] });

const KEPT = 20;

interface Gate {
  readonly better: 'higher' | 'lower';
  readonly gate: number;
  readonly margin: number;
}

/** Why a candidate is refused, or an empty text. */
export function refusal(register: Register, score: number, { better, gate, margin }: Gate): '' | 'gate' | 'not-better' {
  const sign = better === 'higher' ? 1 : -1;
  if (sign * (score - gate) < 0) return 'gate';
  const active = register.history.at(-1);
  return active && sign * (score - active.score) < margin ? 'not-better' : '';
}

export function activate(register: Register, entry: Entry): void {
  register.history.push(entry);
  if (register.history.length > KEPT) register.history.shift();
}

/** Back to the model before the active one; undefined when there is none. */
export function rollBack(register: Register): Entry | undefined {
  if (register.history.length < 2) return undefined;
  register.history.pop();
  return register.history.at(-1);
}

export const takePending = (register: Register): Entry | undefined => register.pending.pop();
export const setPending = (register: Register, entry: Entry): void => {
  register.pending = [entry];
};
export const activeOf = (register: Register): Entry => register.history.at(-1) ?? { model: '', score: Number.NaN };
