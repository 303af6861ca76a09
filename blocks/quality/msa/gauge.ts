import { fUpper } from '#blocks/mathematics/distributions.ts';
import { oneWay, twoWay, variation } from '../anova.ts';

/** A gauge study: `cells[operator][part]` are the trials, all of one length. */
export interface Study {
  readonly operators: readonly string[];
  readonly parts: readonly string[];
  readonly cells: readonly (readonly (readonly number[])[])[];
  readonly trials: number;
}
/** Standard deviations by where the variation comes from. */
export interface Gauge {
  readonly repeatability: number;
  readonly reproducibility: number;
  readonly interaction: number;
  readonly grr: number;
  readonly part: number;
  readonly total: number;
  /** p of the interaction of operator and part; NaN by the range method or with one operator. */
  readonly p: number;
}

/** Rows in any order -> the study. @throws RangeError when it is not crossed and balanced */
export function studyOf(parts: readonly string[], operators: readonly string[], values: ArrayLike<number>): Study {
  const partNames = [...new Set(parts)];
  const operatorNames = [...new Set(operators)];
  const cells = operatorNames.map(() => partNames.map((): number[] => []));
  parts.forEach((part, i) => {
    cells[operatorNames.indexOf(operators[i] as string)]?.[partNames.indexOf(part)]?.push(values[i] as number);
  });
  const trials = cells[0]?.[0]?.length ?? 0;
  if (partNames.length < 2) throw new RangeError('a gauge study needs 2 parts or more (usual 10)');
  cells.forEach((row, o) => {
    row.forEach((cell, p) => {
      if (cell.length !== trials)
        throw new RangeError(
          `operator '${operatorNames[o]}' measured part '${partNames[p]}' ${cell.length} times, '${operatorNames[0]}' part '${partNames[0]}' ${trials} times: each measures each equally often`,
        );
    });
  });
  if (trials < 2) throw new RangeError('each part is measured once: repeatability needs 2 trials or more');
  return { parts: partNames, operators: operatorNames, cells, trials };
}

const root = (variance: number): number => Math.sqrt(Math.max(0, variance));

/** ANOVA method of the AIAG manual: the interaction is pooled with the error when its p is above `alpha`. One operator: parts against repeats. */
export function byAnova(study: Study, alpha: number): Gauge {
  const o = study.operators.length;
  const n = study.parts.length;
  const r = study.trials;
  if (o === 1) {
    const { between, within } = oneWay(study.cells[0] ?? []);
    const repeatability = root(within.mean);
    const part = root((between.mean - within.mean) / r);
    return {
      repeatability,
      reproducibility: 0,
      interaction: 0,
      grr: repeatability,
      part,
      total: Math.hypot(repeatability, part),
      p: Number.NaN,
    };
  }
  const t = twoWay(study.cells);
  const p = fUpper(t.interaction.mean / t.error.mean, t.interaction.df, t.error.df);
  const pooled = !(p <= alpha);
  const error = pooled ? variation(t.interaction.squares + t.error.squares, t.interaction.df + t.error.df) : t.error;
  const against = pooled ? error.mean : t.interaction.mean;
  const repeatability = root(error.mean);
  const interaction = pooled ? 0 : root((t.interaction.mean - error.mean) / r);
  const reproducibility = root((t.a.mean - against) / (n * r));
  const part = root((t.b.mean - against) / (o * r));
  const grr = Math.hypot(repeatability, reproducibility, interaction);
  return { repeatability, reproducibility, interaction, grr, part, total: Math.hypot(grr, part), p };
}

/** 1/d₂* of the AIAG manual (4th edition, appendix C) for 2 trials or operators and more; K₃ for 2 to 10 parts. */
const K1 = [0.8862, 0.5908];
const K2 = [1 / Math.SQRT2, 0.5231];
const K3 = [1 / Math.SQRT2, 0.5231, 0.4467, 0.403, 0.3742, 0.3534, 0.3375, 0.3249, 0.3146];

/** Average and range method of the AIAG manual. @throws RangeError outside of its tables */
export function byRange(study: Study): Gauge {
  const k1 = K1[study.trials - 2];
  const k2 = study.operators.length === 1 ? 0 : K2[study.operators.length - 2];
  const k3 = K3[study.parts.length - 2];
  if (k1 === undefined || k2 === undefined || k3 === undefined)
    throw new RangeError(
      `the range method serves 2 or 3 trials, 1 to 3 operators, 2 to 10 parts; this study has ${study.trials}, ${study.operators.length} and ${study.parts.length}: take ANOVA`,
    );
  const n = study.parts.length;
  const r = study.trials;
  const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
  const repeatability = mean(study.cells.flat().map(spread)) * k1;
  const reproducibility = root((spread(study.cells.map((row) => mean(row.flat()))) * k2) ** 2 - repeatability ** 2 / (n * r));
  const grr = Math.hypot(repeatability, reproducibility);
  const part = spread(study.parts.map((_, p) => mean(study.cells.flatMap((row) => row[p] ?? [])))) * k3;
  return { repeatability, reproducibility, interaction: 0, grr, part, total: Math.hypot(grr, part), p: Number.NaN };
}
