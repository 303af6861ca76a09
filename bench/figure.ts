/** One measured number, with what is needed to believe and repeat it. */
export interface Figure {
  name: string;
  value: number;
  /** UCUM where there is one: `s`, `ms`, `/s`, `MiBy`, `%`. */
  unit: string;
  /** What was running, how long, how often, which of the values this is. */
  conditions: string;
  /** The same on another implementation in the same run: ratios survive a busy machine, absolutes do not. */
  peer?: { name: string; value: number };
  goal?: { atMost: number } | { atLeast: number };
}

/** What a file in `figures/` exports. */
export interface FigureSet {
  name: string;
  run(): Promise<Figure[]>;
}

export const reached = ({ value, goal }: Figure): boolean | undefined =>
  goal && ('atMost' in goal ? value <= goal.atMost : value >= goal.atLeast);

export const ratio = ({ value, peer }: Figure): number | undefined => peer && value / peer.value;
