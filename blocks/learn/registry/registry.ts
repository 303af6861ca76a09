const KEPT = 20;

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
  /** Wait until what is asked about the one before them is answered. */
  next: Candidate[];
  /** Have a record and wait until a person decides about it. */
  recorded: Entry[];
}
/** With what its record shall say of it besides hash and score. */
export interface Candidate extends Entry {
  details: Record<string, unknown>;
}
export const emptyRegister = (): Register => ({ history: [], pending: [], next: [], recorded: [] });

const codeOf = ({ model }: Entry): string => `MODEL-${model.slice(0, 12).toUpperCase()}`;

/** The record that says what a model is: its hash, how good it is, and what its maker says beside it. */
export function recordOf(candidate: Candidate, task: string, metric: string, active: Entry | undefined): Record<string, unknown> {
  const { metrics, ...details } = candidate.details;
  const more = Array.isArray(metrics) ? (metrics as { name?: unknown }[]).filter((one) => one?.name !== metric) : [];
  const data = {
    name: { en: task, zh: task },
    version: candidate.model.slice(0, 12),
    format: 'onnx',
    ...(active ? { replaces: codeOf(active) } : {}),
    ...details,
    task,
    hash: candidate.model,
    metrics: [{ name: metric, value: candidate.score }, ...more],
  };
  return { kind: 'model', code: codeOf(candidate), transition: 'create', data };
}

/** The newest of those that wait takes the place of older ones with the same hash. */
export function queue(register: Register, candidate: Candidate): void {
  register.next = [...register.next.filter((one) => one.model !== candidate.model), candidate].slice(-KEPT);
}

export function keepRecorded(register: Register, entry: Entry): void {
  register.recorded = [...register.recorded.filter((one) => one.model !== entry.model), entry].slice(-KEPT);
}

/** The one whose record was decided about; it waits no more. */
export function takeRecorded(register: Register, code: string): Entry | undefined {
  const found = register.recorded.find((one) => codeOf(one) === code);
  register.recorded = register.recorded.filter((one) => one !== found);
  return found;
}

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
