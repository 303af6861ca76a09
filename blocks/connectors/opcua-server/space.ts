import {
  type AddressSpace,
  type BaseNode,
  DataType,
  type DataValue,
  makeEUInformation,
  type Namespace,
  type NumericRange,
  type SessionContext,
  StatusCodes,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { CommandResult, FollowedValue, Offer } from '#blocks/sdk/connector.ts';
import { unitIdOf } from '../opcua/units.ts';
import { variantValue } from '../opcua/values.ts';
import { refusedStatus, statusOf } from './status.ts';

const TYPES: Readonly<Record<Offer['type'], DataType>> = {
  number: DataType.Double,
  integer: DataType.Int64,
  boolean: DataType.Boolean,
  text: DataType.String,
};
/** What no client of today takes for good while nothing is known: BadWaitingForInitialData. */
const NOTHING = StatusCodes.BadWaitingForInitialData;

interface Shown {
  readonly mark: string;
  readonly offer: Offer;
  readonly variable: UAVariable;
  last: FollowedValue | undefined;
}
export type Writes = (name: string, value: number, context: SessionContext) => Promise<CommandResult>;

/** The address space: folders of the plant with their variables, kept in line with what is offered. Node ids are names, so they stay. */
export class PublishedSpace {
  readonly #own: Namespace;
  readonly #space: AddressSpace;
  readonly #writes: Writes;
  readonly #shown = new Map<string, Shown>();
  readonly #folders = new Map<string, BaseNode>();
  #away = false;

  constructor(space: AddressSpace, writes: Writes) {
    this.#space = space;
    this.#own = space.getOwnNamespace();
    this.#writes = writes;
  }

  get size(): number {
    return this.#shown.size;
  }
  newest(name: string): FollowedValue | undefined {
    return this.#shown.get(name)?.last;
  }

  set(offers: readonly Offer[]): void {
    const wanted = new Map(offers.map((offer) => [offer.name, offer]));
    for (const [name, { mark, variable }] of this.#shown) {
      const offer = wanted.get(name);
      if (offer && JSON.stringify(offer) === mark) continue;
      this.#space.deleteNode(variable);
      this.#shown.delete(name);
    }
    for (const offer of offers) {
      if (this.#shown.has(offer.name)) continue;
      const variable = this.#variable(offer);
      this.#shown.set(offer.name, { mark: JSON.stringify(offer), offer, variable, last: undefined });
    }
    const needed = new Set(offers.flatMap(({ path }) => path.map((_, i) => path.slice(0, i + 1).join('/'))));
    const empty = [...this.#folders.keys()].filter((path) => !needed.has(path)).sort((a, b) => b.length - a.length);
    for (const path of empty) {
      const folder = this.#folders.get(path);
      if (folder) this.#space.deleteNode(folder);
      this.#folders.delete(path);
    }
  }

  #folder(path: readonly string[]): BaseNode {
    const key = path.join('/');
    const known = this.#folders.get(key);
    if (known) return known;
    const name = path.at(-1);
    if (name === undefined) return this.#space.rootFolder.objects;
    const made = this.#own.addFolder(this.#folder(path.slice(0, -1)) as never, { browseName: name, nodeId: `s=/${key}` });
    this.#folders.set(key, made);
    return made;
  }

  #variable(offer: Offer): UAVariable {
    const { name, type, unit, low, high, writable, title } = offer;
    const dataType = TYPES[type];
    const access = writable ? 'CurrentRead | CurrentWrite' : 'CurrentRead';
    const common = {
      browseName: name,
      nodeId: `s=${name}`,
      organizedBy: this.#folder(offer.path) as never,
      dataType,
      accessLevel: access,
      userAccessLevel: access,
      minimumSamplingInterval: 0,
      ...(title
        ? {
            description: [
              { locale: 'en', text: title.en },
              { locale: 'zh', text: title.zh },
            ][0],
          }
        : {}),
    };
    const ranged = low !== undefined && high !== undefined;
    const numeric = type === 'number' || type === 'integer';
    // limits are judged where every write is judged, and told by their own status
    const variable =
      numeric && ranged
        ? this.#own.addAnalogDataItem({
            ...common,
            engineeringUnitsRange: { low, high },
            ...(unit ? { engineeringUnits: unitOf(unit) } : {}),
            acceptValueOutOfRange: true,
          })
        : this.#own.addVariable({
            ...common,
            typeDefinition: numeric && unit ? 'AnalogUnitType' : 'BaseDataVariableType',
          });
    if (numeric && unit && !ranged)
      this.#own.addVariable({
        propertyOf: variable,
        browseName: { name: 'EngineeringUnits', namespaceIndex: 0 },
        typeDefinition: 'PropertyType',
        dataType: 'EUInformation',
        minimumSamplingInterval: 0,
        value: new Variant({ dataType: DataType.ExtensionObject, value: unitOf(unit) }),
      });
    variable.setValueFromSource({ dataType: DataType.Null }, NOTHING, new Date());
    if (writable) this.#makeWritable(name, variable);
    return variable;
  }

  /** What a client writes is a command to the machine: the value shown changes when the machine's does. */
  #makeWritable(name: string, variable: UAVariable): void {
    type Callback = (error: Error | null, status?: unknown) => void;
    const write = async (context: SessionContext, given: DataValue, range: NumericRange | null) => {
      if (!variable.isUserWritable(context)) return StatusCodes.BadUserAccessDenied;
      if (range && !range.isEmpty()) return StatusCodes.BadIndexRangeInvalid;
      const { dataType, value } = given.value;
      const number = dataType === DataType.Boolean ? Number(value) : variantNumber(given.value);
      if (number === undefined || !Number.isFinite(number)) return StatusCodes.BadTypeMismatch;
      const result = await this.#writes(name, number, context);
      return result.ok ? StatusCodes.Good : refusedStatus(result.code);
    };
    const own = (context: SessionContext, given: DataValue, range: NumericRange | null, done: Callback) => {
      write(context, given, range).then(
        (status) => done(null, status),
        () => done(null, StatusCodes.BadInternalError),
      );
    };
    variable.writeValue = own as unknown as typeof variable.writeValue;
  }

  give(values: readonly FollowedValue[]): void {
    for (const value of values) {
      const shown = this.#shown.get(value.name);
      if (!shown) continue;
      shown.last = value;
      this.#show(shown);
    }
  }

  /** Nothing new can be known now: what is shown says so, with the time at which it was true. */
  away(on: boolean): void {
    if (this.#away === on) return;
    this.#away = on;
    for (const shown of this.#shown.values()) this.#show(shown);
  }

  #show({ offer, variable, last }: Shown): void {
    if (!last) return;
    const dataType = TYPES[offer.type];
    const value = last.value === undefined ? undefined : variantValue(last.value, dataType);
    const judged = statusOf(last.quality);
    const status =
      value === undefined && judged.isGoodish()
        ? NOTHING
        : this.#away && judged.isGoodish()
          ? StatusCodes.UncertainNoCommunicationLastUsableValue
          : judged;
    const variant = value === undefined ? { dataType: DataType.Null } : { dataType, arrayType: VariantArrayType.Scalar, value };
    variable.setValueFromSource(variant, status, new Date(last.time));
  }
}

function unitOf(ucum: string) {
  const made = makeEUInformation('C62', ucum, ucum);
  made.unitId = unitIdOf(ucum);
  return made;
}

/** A number of any numeric type. */
function variantNumber({ dataType, value }: Variant): number | undefined {
  if (dataType === DataType.Int64 || dataType === DataType.UInt64) {
    const [high, low] = value as [number, number];
    const whole = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    return Number(dataType === DataType.Int64 ? BigInt.asIntN(64, whole) : whole);
  }
  return typeof value === 'number' ? value : undefined;
}
