import { type Chart, estimate, type Lines, linesAt, type Point, type Process, type Singles } from './lines.ts';

/** What is kept: the points of the study while it lasts, then what was learned from them. */
export interface Study {
  points: Point[];
  learned: Process | null;
  /** Points so far, and the newest single value. */
  number: number;
  last: number | null;
}
export interface Plotted extends Lines {
  readonly point: Point;
  readonly number: number;
  /** 1 while limits are learned, 2 afterwards. */
  readonly phase: number;
  /** Does it count for the limits (phase 1) or for the alarm (phase 2)? */
  readonly used: boolean;
}

/** How long the study is, which of its points do not count, how wide the limits are. */
export interface Plan {
  readonly length: number;
  readonly exclude: readonly number[];
  readonly width: number;
  readonly singles: Singles;
}

/**
 * Takes points in. Limits given: each is plotted at once (phase 2). Limits learned: the first `length` points wait, then all of them are plotted with
 * the limits that those not excluded give (phase 1), and later ones at once against the same limits.
 */
export function plot(
  study: Study,
  points: readonly Point[],
  chart: Chart,
  given: Process | undefined,
  { length, exclude, width, singles }: Plan,
): Plotted[] {
  const plotted: Plotted[] = [];
  for (const point of points) {
    study.number++;
    study.last = point.value;
    const process = given ?? study.learned;
    if (process) {
      plotted.push({ ...linesAt(chart, process, point.n, width), point, number: study.number, phase: 2, used: true });
      continue;
    }
    study.points.push(point);
    if (study.points.length < length) continue;
    const counts = (i: number) => !exclude.includes(i + 1);
    const learned = estimate(
      chart,
      study.points.filter((_, i) => counts(i)),
      singles,
    );
    study.learned = learned;
    study.points.forEach((p, i) => {
      plotted.push({ ...linesAt(chart, learned, p.n, width), point: p, number: i + 1, phase: 1, used: counts(i) });
    });
    study.points = [];
  }
  return plotted;
}

/** Limits that are given: np takes the mean count, so its fraction depends on the size. */
export function givenProcess(
  chart: Chart,
  center: number | undefined,
  sigma: number | undefined,
  n: number,
): Process | undefined {
  if (center === undefined) return undefined;
  return { center: chart === 'np' ? center / n : center, sigma: sigma ?? Number.NaN };
}
