import protobuf from 'protobufjs';
import { SPARKPLUG_PROTO } from './sparkplug.proto.ts';

const root = protobuf.parse(SPARKPLUG_PROTO, { keepCase: true }).root;
const PayloadType = root.lookupType('sparkplug.Payload');

/** Data types of Sparkplug 3.0.0, 6.4.16. */
export const TYPES = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
  Bytes: 17,
} as const;
export type TypeName = keyof typeof TYPES;
export const typeName = (code: number): TypeName | undefined =>
  (Object.keys(TYPES) as TypeName[]).find((name) => TYPES[name] === code);

export type MetricValue = number | boolean | string | Uint8Array;
export interface Metric {
  /** Absent in data messages that use the alias of the birth. */
  readonly name?: string;
  readonly alias?: number;
  /** Epoch ms. */
  readonly timestamp?: number;
  readonly datatype?: number;
  readonly historical?: boolean;
  /** Absent = the device has no value now (`is_null`). */
  readonly value?: MetricValue;
  readonly properties?: Readonly<Record<string, number | boolean | string>>;
}
export interface Payload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics: readonly Metric[];
}

interface RawValue {
  int_value?: number;
  /** Decimal text: 64 bits do not fit a number. */
  long_value?: string;
  float_value?: number;
  double_value?: number;
  boolean_value?: boolean;
  string_value?: string;
  bytes_value?: Uint8Array;
}
interface RawMetric extends RawValue {
  name?: string;
  alias?: string;
  timestamp?: string;
  datatype?: number;
  is_historical?: boolean;
  is_null?: boolean;
  properties?: { keys?: string[]; values?: (RawValue & { type?: number; is_null?: boolean })[] };
}

/** Signed integers travel as two's complement in unsigned fields. */
const signed = (value: number, bits: number) => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);
function decodedValue(raw: RawValue, type: number | undefined): MetricValue | undefined {
  if (raw.int_value !== undefined) {
    if (type === TYPES.Int8) return signed(raw.int_value & 0xff, 8);
    if (type === TYPES.Int16) return signed(raw.int_value & 0xffff, 16);
    if (type === TYPES.Int32) return raw.int_value | 0;
    if (type === TYPES.Boolean) return raw.int_value !== 0;
    return raw.int_value;
  }
  if (raw.long_value !== undefined) {
    return Number(type === TYPES.Int64 ? BigInt.asIntN(64, BigInt(raw.long_value)) : raw.long_value);
  }
  return raw.float_value ?? raw.double_value ?? raw.boolean_value ?? raw.string_value ?? raw.bytes_value;
}

const numeric = (text: string | undefined) => (text === undefined ? undefined : Number(text));

/** Throws when the bytes are no Sparkplug payload. */
export function decodePayload(bytes: Uint8Array): Payload {
  const raw = PayloadType.toObject(PayloadType.decode(bytes), { longs: String, oneofs: false }) as {
    timestamp?: string;
    seq?: string;
    metrics?: RawMetric[];
  };
  return {
    timestamp: numeric(raw.timestamp),
    seq: numeric(raw.seq),
    metrics: (raw.metrics ?? []).map((metric) => ({
      name: metric.name,
      alias: numeric(metric.alias),
      timestamp: numeric(metric.timestamp),
      datatype: metric.datatype,
      historical: metric.is_historical,
      // the type may stand in the birth only: integers are told apart again by the session, see `retyped`
      value: metric.is_null ? undefined : decodedValue(metric, metric.datatype),
      properties: propertiesOf(metric),
    })),
  };
}

/** A data metric without type, read with the type that its birth gave. */
export function retyped(value: MetricValue | undefined, type: number | undefined): MetricValue | undefined {
  if (typeof value !== 'number') return value;
  if (type === TYPES.Boolean) return value !== 0;
  if (type === undefined || type > TYPES.UInt64) return value;
  const wide = type === TYPES.Int64 || type === TYPES.UInt64;
  return decodedValue(wide ? { long_value: String(value) } : { int_value: value }, type);
}

function propertiesOf(metric: RawMetric): Metric['properties'] {
  const keys = metric.properties?.keys;
  if (!keys?.length) return undefined;
  const found: Record<string, number | boolean | string> = {};
  keys.forEach((key, i) => {
    const raw = metric.properties?.values?.[i];
    const value = raw && !raw.is_null ? decodedValue(raw, raw.type) : undefined;
    if (value !== undefined && !(value instanceof Uint8Array)) found[key] = value;
  });
  return found;
}

const FIELD: Partial<Record<TypeName, keyof RawValue>> = {
  Int64: 'long_value',
  UInt64: 'long_value',
  DateTime: 'long_value',
  Float: 'float_value',
  Double: 'double_value',
  Boolean: 'boolean_value',
  String: 'string_value',
  Text: 'string_value',
  UUID: 'string_value',
  Bytes: 'bytes_value',
};

function rawValue(value: MetricValue, type: TypeName): RawValue {
  const field = FIELD[type] ?? 'int_value';
  // negative integers travel as two's complement
  if (field === 'long_value') return { long_value: BigInt.asUintN(64, BigInt(Math.round(Number(value)))).toString() };
  if (field === 'int_value') return { int_value: Number(value) >>> 0 };
  return { [field]: value };
}

/** Quality is an Int32 (tck-id-payloads-propertyset-quality-value-type); what else is a number may have a fraction. */
const propertyType = (key: string, value: number | boolean | string): TypeName =>
  typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Boolean' : key === 'Quality' ? 'Int32' : 'Double';

export function encodePayload(payload: Payload): Buffer {
  const message = PayloadType.fromObject({
    timestamp: payload.timestamp,
    seq: payload.seq,
    metrics: payload.metrics.map((metric) => {
      const type = typeName(metric.datatype ?? 0);
      const properties = Object.entries(metric.properties ?? {});
      return {
        name: metric.name,
        alias: metric.alias,
        timestamp: metric.timestamp,
        datatype: metric.datatype,
        is_historical: metric.historical,
        ...(metric.value === undefined ? { is_null: true } : type ? rawValue(metric.value, type) : {}),
        ...(properties.length === 0
          ? {}
          : {
              properties: {
                keys: properties.map(([key]) => key),
                values: properties.map(([key, value]) => {
                  const own = propertyType(key, value);
                  const { bytes_value: _, ...raw } = rawValue(value, own);
                  return { type: TYPES[own], ...raw };
                }),
              },
            }),
      };
    }),
  });
  return Buffer.from(PayloadType.encode(message).finish());
}
