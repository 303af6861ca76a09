import { z } from 'zod';
import { type GraphDocument, type GraphWire, graphDocument } from './document.ts';
import { type ScreenDocument, screenDocument } from './screens.ts';

/** All of an app that people edit together. */
export const draft = z.object({ graph: graphDocument, screens: z.array(screenDocument).max(50) });
export interface Draft {
  readonly graph: GraphDocument;
  readonly screens: readonly ScreenDocument[];
}

/** The name of a wire where changes are written down. */
export const wireName = (wire: GraphWire): string => `${wire.from.node}.${wire.from.port}>${wire.to.node}.${wire.to.port}`;

/**
 * Of what a draft is made, and so what can be changed by itself: two people who change different things of this list never meet. A `value` is
 * changed whole; a `list` is a set of named items with an order; `fields` are the properties of an object, `rest` those that are not named.
 */
export type Shape =
  | 'value'
  | { readonly list: (item: never) => string; readonly of: Shape; readonly optional?: true }
  /** `optional`: without any entry the property is absent. */
  | { readonly fields: Readonly<Record<string, Shape>>; readonly rest: Shape; readonly optional?: true };

const bag = { fields: {}, rest: 'value', optional: true } as const;
const record = { fields: {}, rest: 'value' } as const;
const named = { list: (item: { name: string }) => item.name, of: record } as const;
const parameters = { list: (item: { key: string }) => item.key, of: record } as const;
const byId = (item: { id: string }) => item.id;
/** For people on the canvas. */
const groups = { list: byId, of: record, optional: true } as const;
const notes = groups;
const wires = { list: wireName, of: 'value' } as const;
const nodes = {
  list: byId,
  of: { fields: { params: record, bind: bag, as: bag }, rest: 'value' },
} as const;
/** Ports of a subgraph have an order that is their meaning: they are changed as a whole. */
const subgraph = { fields: { nodes, wires, parameters, groups, notes }, rest: 'value' } as const;

export const DRAFT: Shape = {
  fields: {
    graph: {
      fields: {
        nodes,
        wires,
        roles: named,
        parameters,
        outputs: named,
        groups,
        notes,
        subgraphs: { fields: {}, rest: subgraph, optional: true },
      },
      rest: 'value',
    },
    screens: {
      list: byId,
      of: {
        fields: { widgets: { list: byId, of: { fields: { options: bag }, rest: 'value' } } },
        rest: 'value',
      },
    },
  },
  rest: 'value',
};

export type Fields = Readonly<Record<string, unknown>>;
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same in meaning: databases give objects back in another order of keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => sameValue(item, b[at]));
  if (!isFields(a) || !isFields(b)) return false;
  const [mine, theirs] = [present(a), present(b)];
  return mine.length === theirs.length && mine.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
}
const present = (value: Fields): string[] => Object.keys(value).filter((key) => value[key] !== undefined);

/** The items of a list by name, or the properties of an object; an optional one that is absent has none. */
export function entriesOf(shape: Exclude<Shape, 'value'>, value: unknown): ReadonlyMap<string, unknown> {
  if ('list' in shape) return new Map(Array.isArray(value) ? value.map((item) => [nameOf(shape, item), item]) : []);
  return new Map(isFields(value) ? present(value).map((key) => [key, value[key]]) : []);
}

/** Changes come from outside, and what they put into a list is looked at when all are made. */
function nameOf(shape: Extract<Shape, { list: unknown }>, item: unknown): string {
  if (!isFields(item) || (shape.list === wireName && !(isFields(item.from) && isFields(item.to)))) return '';
  return String(shape.list(item as never));
}

/** The shape of one item or property. */
export const shapeAt = (shape: Exclude<Shape, 'value'>, key: string): Shape =>
  'list' in shape ? shape.of : Object.hasOwn(shape.fields, key) ? (shape.fields[key] ?? shape.rest) : shape.rest;

/** Made of its entries again; undefined when it is optional and has none. */
export function fromEntries(shape: Exclude<Shape, 'value'>, entries: ReadonlyMap<string, unknown>): unknown {
  if (shape.optional && entries.size === 0) return undefined;
  if ('list' in shape) return [...entries.values()];
  return Object.fromEntries(entries);
}

/** Whether a value can be taken apart by its shape; a list of which two items have one name (a wrong graph) is changed as a whole. */
export function isOpen(shape: Shape, value: unknown): shape is Exclude<Shape, 'value'> {
  if (shape === 'value') return false;
  if (value === undefined) return shape.optional === true;
  if (!('list' in shape)) return isFields(value);
  return Array.isArray(value) && new Set(value.map((item) => nameOf(shape, item))).size === value.length;
}
