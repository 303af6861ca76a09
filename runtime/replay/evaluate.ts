import { BAD } from '#runtime/batch/quality.ts';
import type { AlarmCondition, EffectRequest } from '#runtime/step/contract.ts';
import type { CheckResult, ProofCheck } from './proof.ts';

/** Everything a run gave, collected over its steps. */
export interface Collected {
  /** Named output -> rows in order. */
  readonly outputs: Readonly<Record<string, readonly CollectedRow[]>>;
  readonly alarms: readonly AlarmCondition[];
  readonly effects: readonly EffectRequest[];
}
export interface CollectedRow {
  readonly time: number;
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly quality: Readonly<Record<string, number>>;
}

/** Compares one figure of a run with what the proof expects. */
export function evaluateCheck(check: ProofCheck, run: Collected): CheckResult {
  const actual = measure(check, run);
  return {
    id: check.id,
    title: check.title,
    expected: check.expected,
    actual,
    tolerance: check.tolerance ?? null,
    source: check.source,
    pass: actual !== null && within(actual, check.expected, check.tolerance),
    ...(check.kind === 'alarm' && check.figure === 'first-raised-at' ? { time: true as const } : {}),
  };
}

export function within(actual: number, expected: number, tolerance: ProofCheck['tolerance']): boolean {
  if (tolerance === undefined) return actual === expected;
  const limit = 'absolute' in tolerance ? tolerance.absolute : tolerance.relative * Math.abs(expected);
  return Math.abs(actual - expected) <= limit;
}

function measure(check: ProofCheck, run: Collected): number | null {
  switch (check.kind) {
    case 'alarm': {
      const raised = raises(run.alarms.filter((a) => a.node === check.node));
      return check.figure === 'raised' ? raised.length : raised[0] ? raised[0].time / 1000 : null;
    }
    case 'effect':
      return run.effects.filter((e) => e.kind === check.effect && (check.node === undefined || e.node === check.node)).length;
    case 'output': {
      const rows = (run.outputs[check.output] ?? []).filter(
        (row) => (check.key === undefined || row.key === check.key) && !((row.quality[check.column] ?? 0) & BAD),
      );
      return statistic(check, rows);
    }
  }
}

/** Changes from inactive to active, per key. */
function raises(alarms: readonly AlarmCondition[]): AlarmCondition[] {
  const active = new Map<string, boolean>();
  return alarms.filter((alarm) => {
    const was = active.get(alarm.key) ?? false;
    active.set(alarm.key, alarm.active);
    return alarm.active && !was;
  });
}

function statistic(check: Extract<ProofCheck, { kind: 'output' }>, rows: readonly CollectedRow[]): number | null {
  if (check.statistic === 'count') return rows.length;
  const numberOf = (row: CollectedRow | undefined): number | null => {
    const value = row?.values[check.column];
    return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : null;
  };
  if (check.statistic === 'at') {
    const at = Date.parse(check.at ?? '');
    return numberOf(rows.findLast((row) => row.time <= at));
  }
  if (check.statistic === 'first') return numberOf(rows[0]);
  if (check.statistic === 'last') return numberOf(rows.at(-1));
  const values = rows.map(numberOf).filter((v): v is number => v !== null);
  if (values.length === 0) return null;
  const sum = values.reduce((a, b) => a + b, 0);
  switch (check.statistic) {
    case 'sum':
      return sum;
    case 'mean':
      return sum / values.length;
    case 'min':
      return values.reduce((a, b) => Math.min(a, b));
    case 'max':
      return values.reduce((a, b) => Math.max(a, b));
  }
}
