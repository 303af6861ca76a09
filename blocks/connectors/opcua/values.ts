import { DataType, type DataValue, type StatusCode, type Variant, VariantArrayType } from 'node-opcua';
import type { SourceValue, TagValueType } from '#blocks/sdk/connector.ts';
import { GOOD, quality, type SubCode } from '#runtime/batch/quality.ts';

/** Sub-codes by the name of the status (OPC UA Part 8, 6.3); others keep their class alone. */
const SUB: readonly (readonly [RegExp, SubCode])[] = [
  [/SensorFailure|SensorNotAccurate|DeviceFailure/, 'sensor-fault'],
  [/NoCommunication|CommunicationError|NotConnected|ConnectionClosed|Disconnect|Shutdown|ServerHalted/, 'link'],
  [/OutOfRange|EngineeringUnitsExceeded/, 'out-of-range'],
  [/LastUsableValue|LastKnownValue|Timeout/, 'stale'],
  [/SubstituteValue|InitialValue|SimulatedValue/, 'substituted'],
  [/WaitingForInitialData|NoData|NotFound|NodeIdUnknown|NodeIdInvalid/, 'missing'],
  [/ManualEntry|LocalOverride/, 'manual'],
];

/** Severity is in the two highest bits: 00 good, 01 uncertain, 1x bad. */
export function qualityOf(status: StatusCode): number {
  const severity = status.value >>> 30;
  if (severity === 0) return /LocalOverride/.test(status.name) ? quality('good', 'manual') : GOOD;
  const sub = SUB.find(([pattern]) => pattern.test(status.name))?.[1] ?? 'none';
  return quality(severity === 1 ? 'uncertain' : 'bad', sub);
}

/** Undefined when the variant holds no value of the tag's type. */
export function valueOfVariant(variant: Variant | undefined | null, type: TagValueType): SourceValue | undefined {
  if (!variant || variant.dataType === DataType.Null || variant.value === null || variant.value === undefined) return undefined;
  if (variant.arrayType !== VariantArrayType.Scalar)
    return type === 'text' ? JSON.stringify(Array.from(variant.value)) : undefined;
  const plain = plainValue(variant);
  if (type === 'text') return plain === undefined ? undefined : String(plain);
  if (type === 'boolean') return typeof plain === 'string' || plain === undefined ? undefined : Boolean(plain);
  return typeof plain === 'string' || plain === undefined ? undefined : Number(plain);
}

/** A scalar as plain data; undefined for anything else. */
export const plainOf = (variant: Variant): number | boolean | string | undefined =>
  variant.arrayType === VariantArrayType.Scalar && variant.value !== null && variant.value !== undefined
    ? plainValue(variant)
    : undefined;

function plainValue(variant: Variant): number | boolean | string | undefined {
  const { value } = variant;
  switch (variant.dataType) {
    case DataType.Int64: {
      const [high, low] = value as [number, number];
      return Number(BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)));
    }
    case DataType.UInt64: {
      const [high, low] = value as [number, number];
      return Number((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
    }
    case DataType.DateTime:
      return (value as Date).getTime();
    case DataType.LocalizedText:
      return (value as { text?: string }).text ?? '';
    case DataType.Boolean:
    case DataType.String:
      return value;
    default:
      return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : undefined;
  }
}

/** The value in the data type of the node; undefined when that type cannot hold it. */
export function variantValue(value: number | boolean | string, dataType: DataType): unknown {
  const ranges: Partial<Record<DataType, readonly [number, number]>> = {
    [DataType.SByte]: [-128, 127],
    [DataType.Byte]: [0, 255],
    [DataType.Int16]: [-0x8000, 0x7fff],
    [DataType.UInt16]: [0, 0xffff],
    [DataType.Int32]: [-0x8000_0000, 0x7fff_ffff],
    [DataType.UInt32]: [0, 0xffff_ffff],
  };
  if (dataType === DataType.Boolean) return typeof value === 'string' ? undefined : Boolean(value);
  if (dataType === DataType.String) return String(value);
  const number = Number(value);
  if (typeof value === 'string' || !Number.isFinite(number)) return undefined;
  if (dataType === DataType.Float || dataType === DataType.Double) return number;
  const whole = Math.round(number);
  if (dataType === DataType.Int64 || dataType === DataType.UInt64) {
    if (dataType === DataType.UInt64 && whole < 0) return undefined;
    const bits = BigInt.asUintN(64, BigInt(whole));
    return [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
  }
  const range = ranges[dataType];
  return range && whole >= range[0] && whole <= range[1] ? whole : undefined;
}

/** Event time: the device's own, else the server's, else arrival. */
export const timeOf = (value: DataValue): number => (value.sourceTimestamp ?? value.serverTimestamp ?? new Date()).getTime();
