import type { AlarmCondition, EffectRequest, ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import type { Collected, CollectedRow } from './evaluate.ts';

/** Keeps every row, alarm and effect of a run in memory: for proofs, whose data is small, and for tests. */
export function collector(info: ProgramInfo): { take(result: StepResult): void; collected: Collected } {
  const outputs: Record<string, CollectedRow[]> = Object.fromEntries(info.outputs.map((output) => [output.name, []]));
  const alarms: AlarmCondition[] = [];
  const effects: EffectRequest[] = [];
  return {
    collected: { outputs, alarms, effects },
    take(result) {
      alarms.push(...result.alarms);
      effects.push(...result.effects);
      for (const rows of result.outputs) {
        const output = info.outputs[rows.output];
        if (!output) continue;
        const names = Object.keys(output.schema.columns);
        for (let row = 0; row < rows.n; row++)
          outputs[output.name]?.push({
            time: rows.time[row] ?? 0,
            key: rows.key[row] ?? '',
            values: Object.fromEntries(names.map((name, at) => [name, rows.columns[at]?.[row]])),
            quality: Object.fromEntries(names.map((name, at) => [name, rows.quality[at]?.[row] ?? 0])),
          });
      }
    },
  };
}
