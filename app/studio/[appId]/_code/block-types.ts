import type { ColumnSchema, WireSchema } from '#runtime/batch/schema.ts';

const TYPE: Readonly<Record<ColumnSchema['type'], string>> = {
  number: 'number',
  integer: 'number',
  time: 'number',
  boolean: 'boolean',
  text: 'string',
  decimal: 'bigint',
  json: 'unknown',
  wave: '{ readonly t0: number; readonly rate: number; readonly values: Float32Array | Float64Array }',
  blob: '{ readonly hash: string; readonly media: string; readonly size: number }',
};

export interface ListedColumn {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
}

/** Declarations for the user's function, made of the wire that really enters it and the columns that it promises to give. */
export function blockTypes(input: WireSchema | undefined, outputs: readonly ListedColumn[]): string {
  const columns = Object.entries(input?.columns ?? {});
  return `/** One record of the input wire. */
interface Row {
  /** Event time, milliseconds since 1970-01-01 UTC. */
  readonly time: number;
  /** What the record is about: the asset. */
  readonly key: string;
  /** Worst quality of the columns: 0 good, from 64 uncertain, from 128 bad. */
  readonly quality: number;
${columns.map(([name, column]) => `  ${unitNote(column.unit)}readonly ${property(name)}: ${TYPE[column.type]};`).join('\n')}
}
/** What the function gives: one record, or nothing. */
interface Out {
${outputs.map((column) => `  ${unitNote(column.unit)}${property(column.name)}?: ${TYPE[column.type as ColumnSchema['type']] ?? 'unknown'};`).join('\n')}
  /** Absent = the row's. */
  time?: number;
  quality?: number;
}
/** Kept per key between rows, and over restarts. Plain data only. */
type State = Record<string, any>;
interface Context {
  /** Time of the log entry, milliseconds; there is no other clock. */
  readonly now: number;
  /** Seeded: the same in every run over the same data. */
  random(): number;
}
type Process = (row: Row, state: State, ctx: Context) => Out | undefined | void;
`;
}

const unitNote = (unit: string | undefined) => (unit && unit !== '1' ? `/** ${unit.replaceAll('*/', '')} */ ` : '');
const property = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

/**
 * What stands before the user's text in the checked file, so that parameters without types get theirs. `export default function (row, …)`
 * keeps its lines: the check's positions are the text's.
 */
export const typedSource = (text: string): string =>
  text.replace(/export\s+default\s+function\s*(\w*)\s*\(([^):]*)\)\s*\{/, (_all, name: string, params: string) => {
    const names = params.split(',').map((param) => param.trim());
    const types = ['Row', 'State', 'Context'];
    const typed = names.map((param, at) => (param && types[at] ? `${param}: ${types[at]}` : param)).join(', ');
    return `export default function ${name}(${typed}): Out | undefined | void {`;
  });
