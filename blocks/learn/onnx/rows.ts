/** Rows that wait for the model, and those that it has. Plain data: it is the state. */
export interface Waiting {
  times: number[];
  /** Per row, in the order of the columns. */
  values: number[][];
  /** Which model each row is for. */
  models: string[];
}
export interface Asked {
  times: number[];
}
export const noRows = (): Waiting => ({ times: [], values: [], models: [] });

interface Mapping {
  readonly model: string;
  readonly columns: readonly { readonly name: string; readonly input: string }[];
  readonly outputs: readonly { readonly name: string; readonly output: string; readonly index: number }[];
  readonly opset: number;
}

export function add(waiting: Waiting, row: object, { columns, model }: Mapping): void {
  const given = row as Readonly<Record<string, unknown>>;
  waiting.values.push(
    columns.map(({ name }) => {
      const value = Number(given[name]);
      if (!Number.isFinite(value)) throw new RangeError(`'${name}' has no number in this row: the model needs every column`);
      return value;
    }),
  );
  waiting.times.push(Number(given.time));
  waiting.models.push(typeof given.model === 'string' && given.model !== '' ? given.model : model);
}

/** All rows at the front that are for one model, as one request. They are no longer waiting. */
export function askFor(waiting: Waiting, asked: Asked, { columns, outputs, opset }: Mapping): Record<string, unknown> {
  const model = waiting.models[0] ?? '';
  const end = waiting.models.findIndex((one) => one !== model);
  const count = end < 0 ? waiting.models.length : end;
  asked.times = waiting.times.splice(0, count);
  waiting.models.splice(0, count);
  const rows = waiting.values.splice(0, count);
  const inputs: Record<string, number[]> = {};
  for (const row of rows)
    for (const [i, { input }] of columns.entries()) {
      const list = inputs[input] ?? [];
      inputs[input] = list;
      list.push(row[i] as number);
    }
  return { model, opset, rows: count, inputs, outputs: [...new Set(outputs.map((o) => o.output))] };
}

/** One row of results for each row asked for, at its time. */
export function resultsOf(value: unknown, asked: Asked, { outputs }: Mapping): Record<string, number>[] {
  const given = (
    value as { readonly outputs: Readonly<Record<string, { readonly width: number; readonly values: readonly unknown[] }>> }
  ).outputs;
  return asked.times.map((time, i) => {
    const row: Record<string, number> = { time };
    for (const { name, output, index } of outputs) {
      const found = given[output];
      if (!found || index >= found.width)
        throw new RangeError(
          `output '${output}' of the model has ${found?.width ?? 0} values a row, number ${index} (from 0) is asked for`,
        );
      row[name] = Number(found.values[i * found.width + index]);
    }
    return row;
  });
}
