/** What is kept of the open averaging period. */
export interface Open {
  /** Start, epoch ms; null: none is open. */
  start: number | null;
  rows: number;
  /** Seconds of valid data, and of those with a flow. */
  valid: number;
  flowing: number;
  reference: number;
  mass: number;
}
export interface Average {
  readonly end: number;
  /** Mean reference concentration, mg/m³; NaN without valid data. */
  readonly reference: number;
  /** Mean mass flow of valid data, kg/h; NaN without a flow. */
  readonly mass: number;
  /** Valid seconds over the length. */
  readonly share: number;
}
export const nothingOpen = (): Open => ({ start: null, rows: 0, valid: 0, flowing: 0, reference: 0, mass: 0 });

/** Concentration at the reference oxygen: c·(O₂ of air − O₂ reference)/(O₂ of air − O₂ measured), dry, in percent by volume. */
export const atReference = (c: number, oxygen: number, reference: number, air: number): number =>
  (c * (air - reference)) / (air - oxygen);

/** Mass flow in kg/h of mg/m³ and m³/h, both in the same state (dry, standard). */
export const massFlow = (c: number, flow: number): number => c * flow * 1e-6;

/** Why a row is not valid; undefined when it is. `flag`: data flags of HJ 212-2017, N is normal. */
export function invalidBy(
  flag: string | undefined,
  validFlags: readonly string[],
  c: number,
  oxygen: number,
  most: number,
): 'flag' | 'oxygen' | 'negative' | undefined {
  if (flag !== undefined && !validFlags.includes(flag)) return 'flag';
  if (!(oxygen >= 0 && oxygen <= most)) return 'oxygen';
  return c < 0 ? 'negative' : undefined;
}

/** Counts a row for so many seconds, but not beyond the length of the period. */
export function add(open: Open, seconds: number, length: number, reference: number, mass: number): void {
  const counted = Math.min(seconds, Math.max(0, length - open.valid));
  open.valid += counted;
  open.reference += reference * counted;
  if (!Number.isNaN(mass)) {
    open.flowing += counted;
    open.mass += mass * counted;
  }
}

/** Ends the open period. */
export function close(open: Open, length: number): Average {
  const average = {
    end: (open.start as number) + length * 1000,
    reference: open.valid > 0 ? open.reference / open.valid : Number.NaN,
    mass: open.flowing > 0 ? open.mass / open.flowing : Number.NaN,
    share: open.valid / length,
  };
  Object.assign(open, nothingOpen());
  return average;
}
