import { Bool, type DataType, Dictionary, Field, Float64, Int8, Int64, Schema, TimestampMicrosecond, Utf8 } from 'apache-arrow';
import { COLUMN_TYPES, type ColumnType, ORIGINS, type Origin } from '#runtime/batch/schema.ts';
import type { HeaderColumn, InputTable } from './table.ts';

/** Names of the metadata of a field: UCUM unit, where the values came from, and what a text stands for. */
const UNIT = 'unit';
const ORIGIN = 'origin';
const TYPE = 'type';
const SCALE = 'scale';

/** Columns of a file, without their values: what a table's columns are, and which of them have an origin per row. */
export type TableShape = Readonly<
  Record<
    string,
    { readonly type: ColumnType; readonly unit?: string; readonly scale?: number; readonly origin?: Origin | 'rows' }
  >
>;
export const shapeOf = (table: InputTable): TableShape =>
  Object.fromEntries(
    Object.entries(table.columns).map(([name, { type, unit, scale, origin }]) => [
      name,
      {
        type,
        ...(unit === undefined ? {} : { unit }),
        ...(scale === undefined ? {} : { scale }),
        ...(origin === undefined ? {} : { origin: typeof origin === 'string' ? origin : ('rows' as const) }),
      },
    ]),
  );

/**
 * A table's columns as Arrow fields: `time` in microseconds UTC, `key`, each column with its unit and origin in the field's metadata, `<column>.quality`
 * beside it, `<column>.origin` where it changes. What Arrow has no type for is text, with what it stands for in `type`.
 */
export function arrowSchema(shape: TableShape, coded: boolean): Schema {
  const words = () => (coded ? new Dictionary(new Utf8(), new Int8()) : new Utf8());
  const fields = Object.entries(shape).flatMap(([name, { type, unit, scale, origin }]) => {
    const facts = new Map<string, string>();
    if (unit !== undefined) facts.set(UNIT, unit);
    if (origin !== undefined && origin !== 'rows') facts.set(ORIGIN, origin);
    facts.set(TYPE, type);
    if (scale !== undefined) facts.set(SCALE, String(scale));
    return [
      new Field(name, arrowType(type), true, facts),
      new Field(`${name}.quality`, words(), true),
      ...(origin === 'rows' ? [new Field(`${name}.origin`, words(), true)] : []),
    ];
  });
  return new Schema([new Field('time', new TimestampMicrosecond('UTC'), false), new Field('key', new Utf8(), true), ...fields]);
}

function arrowType(type: ColumnType): DataType {
  switch (type) {
    case 'number':
      return new Float64();
    case 'integer':
      return new Int64();
    case 'boolean':
      return new Bool();
    case 'time':
      return new TimestampMicrosecond('UTC');
    default:
      return new Utf8();
  }
}

/** What a field says of itself; a unit may also stand in brackets in its name. */
export function headerOf(field: Field, header: HeaderColumn): HeaderColumn {
  const unit = field.metadata.get(UNIT) ?? header.unit;
  const origin = ORIGINS.find((one) => one === field.metadata.get(ORIGIN));
  return { name: header.name, ...(unit === undefined ? {} : { unit }), ...(origin === undefined ? {} : { origin }) };
}

export const typeOf = (field: Field): ColumnType | undefined => COLUMN_TYPES.find((one) => one === field.metadata.get(TYPE));
