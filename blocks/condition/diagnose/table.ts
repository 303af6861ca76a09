export interface Evidence {
  readonly name: string;
  readonly column: string;
  readonly sign: '>' | '<';
  readonly limit: number;
}
export interface Fault {
  readonly fault: string;
  readonly location: string;
  /** How common it is, against the others. */
  readonly prior: number;
  /** Chance that each piece of evidence shows when this is the case: 1 must, 0 must not, 0.5 says nothing. */
  readonly shows: readonly number[];
}
export interface Finding {
  readonly fault: string;
  readonly location: string;
  /** Posterior probability, 0–1. */
  readonly confidence: number;
  readonly evidence: readonly {
    readonly name: string;
    readonly column: string;
    readonly value: number;
    readonly limit: number;
    readonly shows: boolean;
    readonly weight: number;
  }[];
}

/**
 * Bayes' rule over a table of faults (naive: pieces of evidence are independent given the fault). With chances of 0 and 1 it is a rule table. The
 * weight of a piece of evidence is log₁₀ of how much likelier it is under the finding than under the rest; ±6 stands for certainty.
 */
export function diagnose(values: readonly number[], evidence: readonly Evidence[], faults: readonly Fault[]): Finding {
  const shows = evidence.map((e, i) => (e.sign === '>' ? (values[i] as number) > e.limit : (values[i] as number) < e.limit));
  const chance = (f: Fault, i: number): number => (shows[i] ? (f.shows[i] as number) : 1 - (f.shows[i] as number));
  const joint = faults.map((f) => evidence.reduce((s, _, i) => s * chance(f, i), f.prior));
  const total = joint.reduce((s, v) => s + v, 0);
  if (!(total > 0)) {
    const told = evidence.map((e, i) => ({
      name: e.name,
      column: e.column,
      value: values[i] as number,
      limit: e.limit,
      shows: shows[i] as boolean,
      weight: 0,
    }));
    return { fault: 'unknown', location: '', confidence: 0, evidence: told };
  }
  const at = joint.reduce((b, v, i) => (v > (joint[b] as number) ? i : b), 0);
  const best = faults[at] as Fault;
  const others = faults.filter((_, i) => i !== at);
  const prior = others.reduce((s, f) => s + f.prior, 0);
  return {
    fault: best.fault,
    location: best.location,
    confidence: (joint[at] as number) / total,
    evidence: evidence.map((e, i) => {
      const rest = prior > 0 ? others.reduce((s, f) => s + f.prior * chance(f, i), 0) / prior : 1;
      return {
        name: e.name,
        column: e.column,
        value: values[i] as number,
        limit: e.limit,
        shows: shows[i] as boolean,
        weight: Math.max(-6, Math.min(6, Math.log10(chance(best, i) / rest))),
      };
    }),
  };
}
