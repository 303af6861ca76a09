type Num = (row: unknown) => number;
export type Rule =
  | {
      readonly kind: 'range';
      readonly name: string;
      readonly value: Num;
      readonly min?: number | undefined;
      readonly max?: number | undefined;
    }
  | { readonly kind: 'order'; readonly name: string; readonly value: Num; readonly strictly: boolean }
  | { readonly kind: 'duration'; readonly name: string; readonly value: Num; readonly min: number; readonly max: number }
  | {
      readonly kind: 'reconcile';
      readonly name: string;
      readonly left: Num;
      readonly right: Num;
      readonly tolerance: number;
      readonly percent: number;
    }
  | {
      readonly kind: 'coverage';
      readonly name: string;
      readonly value: Num;
      readonly window: number;
      readonly every: number;
      readonly least: number;
    }
  | { readonly kind: 'condition'; readonly name: string; readonly holds: (row: unknown) => boolean };

/** What rules remember of earlier rows, by rule name. */
export interface Memory {
  /** Newest value of an `order`. */
  readonly before: Record<string, number>;
  /** Times of the rows in the window of a `coverage`, and of the first row of all. */
  readonly times: Record<string, number[]>;
}
export interface Finding {
  readonly rule: string;
  readonly kind: string;
  readonly value: number;
  readonly limit: number;
  readonly reason: string;
}

/** The breaches of one row. A row with a bad value is one finding and is not judged further: nothing is compared with what is not known. */
export function check(
  rules: readonly Rule[],
  row: unknown,
  time: number,
  quality: number,
  usable: number,
  memory: Memory,
): Finding[] {
  if (quality >= 128)
    return [
      { rule: 'quality', kind: 'quality', value: quality, limit: 128, reason: 'a value that a rule needs is bad or missing' },
    ];
  const findings: Finding[] = [];
  for (const rule of rules) {
    const f = breach(rule, row, time, usable, memory);
    if (f) findings.push({ rule: rule.name, kind: rule.kind, ...f });
  }
  return findings;
}

function breach(
  rule: Rule,
  row: unknown,
  time: number,
  usable: number,
  memory: Memory,
): { readonly value: number; readonly limit: number; readonly reason: string } | undefined {
  switch (rule.kind) {
    case 'range': {
      const value = rule.value(row);
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rule;
      if (value < min) return { value, limit: min, reason: 'below the lower limit' };
      if (value > max) return { value, limit: max, reason: 'above the upper limit' };
      return undefined;
    }
    case 'order': {
      const value = rule.value(row);
      const before = memory.before[rule.name] ?? Number.NEGATIVE_INFINITY;
      // what came out of order does not move the mark, so that one wild value is one finding
      if (value < before || (rule.strictly && value === before))
        return { value, limit: before, reason: rule.strictly ? 'not above the row before' : 'below the row before' };
      memory.before[rule.name] = value;
      return undefined;
    }
    case 'duration': {
      if (usable === Number.NEGATIVE_INFINITY) return undefined;
      const value = (time - usable) / 1000;
      if (value < rule.min) return { value, limit: rule.min, reason: 'sooner after the row before than allowed' };
      if (value > rule.max) return { value, limit: rule.max, reason: 'later after the row before than allowed' };
      return undefined;
    }
    case 'reconcile': {
      const [left, right] = [rule.left(row), rule.right(row)];
      const limit = Math.max(rule.tolerance, (rule.percent / 100) * Math.abs(right));
      const value = Math.abs(left - right);
      return value > limit ? { value, limit, reason: 'the two sides differ by more than allowed' } : undefined;
    }
    case 'coverage': {
      const times = memory.times[rule.name] ?? [time];
      // the first entry is the first row of all: before a whole window has passed nothing is said
      const [first = time, ...rest] = times;
      const kept = [...rest.filter((t) => t > time - rule.window * 1000), time];
      memory.times[rule.name] = [first, ...kept];
      if (time - first < rule.window * 1000) return undefined;
      const value = (100 * kept.length * rule.every) / rule.window;
      return value < rule.least ? { value, limit: rule.least, reason: 'fewer rows in the window than expected, %' } : undefined;
    }
    default:
      return rule.holds(row) ? undefined : { value: 0, limit: 1, reason: 'the condition does not hold' };
  }
}
