import type { WireSchema } from '#runtime/batch/schema.ts';
import { InputError } from '#runtime/files/input-error.ts';
import type { InputTable } from '#runtime/files/table.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { conversion } from '#runtime/units/units.ts';
import { type RowSeries, type Timeline, timelineOf } from './timeline.ts';

/**
 * Input files as the program wants them: sources in the order of their role names, values converted to the units of the graph.
 * At equal time rows come by role name, then as in the file. Throws `InputError` for a unit of another dimension.
 */
export function timelineOfTables(
  info: ProgramInfo,
  tables: ReadonlyMap<string, InputTable>,
  ticks: readonly RowSeries[] = [],
): Timeline {
  const series = info.sources
    .map((source, at) => ({ name: source.role ?? source.form ?? source.node, at }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.at - b.at))
    .flatMap(({ name, at }) => {
      const table = tables.get(name);
      return table ? seriesOf(table, info, at) : [];
    });
  return timelineOf([...series, ...ticks]);
}

/** Roles and forms that the program reads, each with the schema its file must fit. */
export const inputsOf = (info: ProgramInfo): Map<string, WireSchema> =>
  new Map([
    ...(info.histories ?? []).map(({ role, unit }): [string, WireSchema] => [role, historySchema(unit)]),
    ...info.sources.map((source): [string, WireSchema] => [source.role ?? source.form ?? source.node, source.schema]),
  ]);
const historySchema = (unit: string | undefined): WireSchema => ({
  kind: 'stream',
  columns: { value: { type: 'number', ...(unit === undefined ? {} : { unit }) } },
});

function seriesOf(table: InputTable, info: ProgramInfo, source: number): RowSeries[] {
  const schema = info.sources[source]?.schema.columns ?? {};
  const columns = Object.entries(schema).map(([name, wanted]) => {
    const have = table.columns[name];
    if (!have) throw new InputError('input.column-missing', `there is no column "${name}"`, { file: table.file, column: name });
    return { values: converted(table.file, name, have.values, have.unit, wanted.unit), quality: have.quality };
  });
  return [...new Set(table.key)].map((key) => {
    const rows = table.key.flatMap((k, row) => (k === key ? [row] : []));
    return {
      source,
      key,
      time: Float64Array.from(rows, (row) => table.time[row] ?? 0),
      columns: columns.map(({ values }) =>
        values instanceof Float64Array
          ? Float64Array.from(rows, (row) => values[row] ?? Number.NaN)
          : rows.map((row) => values[row]),
      ),
      quality: columns.map(({ quality }) => quality && Uint8Array.from(rows, (row) => quality[row] ?? 0)),
    };
  });
}

export function converted(
  file: string,
  column: string,
  values: Float64Array | unknown[],
  from: string | undefined,
  to: string | undefined,
) {
  if (!(values instanceof Float64Array) || from === undefined || to === undefined || from === to) return values;
  const rule = conversion(from, to);
  if (!rule.ok) {
    const why = rule.reason === 'not-a-unit' ? `${rule.unit ?? from} is no UCUM unit` : 'these units have different dimensions';
    throw new InputError('input.unit', `the file is in ${from}, the graph works in ${to}: ${why}`, { file, line: 1, column });
  }
  return values.map((value) => value * rule.gain + rule.offset);
}
