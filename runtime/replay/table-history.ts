import { AGGREGATES, type Aggregate, stretchOf } from '#runtime/batch/stretch.ts';
import type { InputTable } from '#runtime/files/table.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { Answering } from './model-answers.ts';
import { converted } from './tables.ts';

/** `history.read` on files: a role's history is its own file, up to the moment of the question; outputs have none. */
export function tableHistory(info: ProgramInfo, tables: ReadonlyMap<string, InputTable>, model: Answering): Answering {
  return (effect) => {
    if (effect.kind !== 'history.read') return model(effect);
    const { role, from, to, aggregate, points } = effect.request;
    const table = typeof role === 'string' ? tables.get(role) : undefined;
    const column = table?.columns.value;
    if (!table || !column) return { ok: false, reason: 'history-missing', unknown: true };
    if (!(column.values instanceof Float64Array)) return { ok: false, reason: 'history-type' };
    const wanted = info.histories?.find((one) => one.role === role)?.unit;
    const values = converted(table.file, 'value', column.values, column.unit, wanted) as Float64Array;
    const rows = newestOf(table, effect.key);
    const pick = <T extends ArrayLike<number>>(of: T) => Float64Array.from(rows, (row) => of[row] as number);
    const value = stretchOf(
      { n: rows.length, time: pick(table.time), value: pick(values), quality: column.quality && pick(column.quality) },
      {
        from: Number(from),
        to: Number(to),
        points: Number(points),
        aggregate: AGGREGATES.includes(aggregate as Aggregate) ? (aggregate as Aggregate) : 'none',
      },
    );
    return value ? { ok: true, value } : { ok: false, reason: 'history-long' };
  };
}

/** Rows of one key, of several of one time the last: a file is ascending in time. */
function newestOf(table: InputTable, key: string): number[] {
  const rows = table.key.flatMap((one, row) => (one === key ? [row] : []));
  return rows.filter((row, i) => i === rows.length - 1 || table.time[rows[i + 1] as number] !== table.time[row]);
}
