import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { qualityText } from '#runtime/batch/quality.ts';
import type { OutputRows, ProgramInfo, StepResult } from '#runtime/step/contract.ts';

/**
 * The files of a run (semantics, section 10): every named output as `<output>.csv` (time, key, columns with units, quality beside each
 * measured column), alarms and captured effects as JSON lines. Written as the run goes on.
 */
export function openRunFiles(folder: string, info: ProgramInfo) {
  const outputs = info.outputs.map((output) => {
    const columns = Object.entries(output.schema.columns);
    const header = columns.flatMap(([name, column]) => [column.unit ? `${name} [${column.unit}]` : name, `${name}.quality`]);
    return open(path.join(folder, `${output.name}.csv`), `${['time', 'key', ...header].map(quote).join()}\n`);
  });
  const alarms = open(path.join(folder, 'alarms.jsonl'), '');
  const effects = open(path.join(folder, 'effects.jsonl'), '');

  const rowsOf = (rows: OutputRows): string => {
    const schema = Object.values(info.outputs[rows.output]?.schema.columns ?? {});
    let text = '';
    for (let row = 0; row < rows.n; row++) {
      const cells = [new Date(rows.time[row] ?? 0).toISOString(), quote(rows.key[row] ?? '')];
      schema.forEach((column, at) => {
        cells.push(cellOf(rows.columns[at]?.[row], column.type), qualityText(rows.quality[at]?.[row] ?? 0));
      });
      text += `${cells.join()}\n`;
    }
    return text;
  };
  return {
    take(result: StepResult): void {
      for (const rows of result.outputs) outputs[rows.output]?.write(rowsOf(rows));
      for (const { row: _, time, ...alarm } of result.alarms) alarms.write(line({ time: iso(time), ...alarm }));
      for (const { row: _, time, ...effect } of result.effects) effects.write(line({ time: iso(time), ...effect }));
    },
    async close(): Promise<void> {
      for (const file of [...outputs, alarms, effects]) {
        file.end();
        await finished(file);
      }
    },
  };
}

function open(file: string, head: string): WriteStream {
  const stream = createWriteStream(file);
  stream.write(head);
  return stream;
}

const iso = (time: number) => new Date(time).toISOString();
const line = (value: unknown) => `${JSON.stringify(value)}\n`;

function cellOf(value: unknown, type: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return '';
    return type === 'boolean' ? String(value === 1) : type === 'time' ? iso(value) : String(value);
  }
  if (typeof value === 'string') return quote(value);
  return quote(
    JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) && !(v instanceof DataView) ? Array.from(v as Float64Array) : v)),
  );
}

/** RFC 4180: quoted where a comma, quote or line break is inside. */
const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
