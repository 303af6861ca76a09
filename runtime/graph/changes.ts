import { z } from 'zod';
import { DRAFT, type Draft, entriesOf, fromEntries, isOpen, type Shape, sameValue, shapeAt } from './draft.ts';

/** Names down from the draft: `['graph', 'nodes', 'mean', 'params', 'seconds']`. */
const path = z
  .array(
    z
      .string()
      .max(500)
      .refine((name) => name !== '__proto__', 'this name is reserved | 该名称被保留'),
  )
  .min(1)
  .max(12);

/** One thing of a draft set, taken away (`to` absent), or the items of a list put in another order. What it was before goes along, so that it can be taken back. */
export const change = z.object({
  at: path,
  was: z.unknown().optional(),
  to: z.unknown().optional(),
  order: z.object({ was: z.array(z.string()), to: z.array(z.string()) }).optional(),
});
export interface Change {
  readonly at: readonly string[];
  readonly was?: unknown;
  readonly to?: unknown;
  readonly order?: { readonly was: readonly string[]; readonly to: readonly string[] } | undefined;
}

/** What makes `after` of `before`: the fewest and smallest changes, in an order in which they can be made. */
export function changesBetween(before: Draft, after: Draft): Change[] {
  const found: Change[] = [];
  compare(DRAFT, before, after, [], found);
  return found;
}

function compare(shape: Shape, before: unknown, after: unknown, at: readonly string[], found: Change[]): void {
  if (before === after) return;
  if (!isOpen(shape, before) || !isOpen(shape, after)) {
    if (!sameValue(before, after)) found.push({ at, ...given('was', before), ...given('to', after) });
    return;
  }
  const [was, is] = [entriesOf(shape, before), entriesOf(shape, after)];
  // Last first: taken back in turn, they stand in their order again.
  for (const key of [...was.keys()].reverse())
    if (!is.has(key) && was.get(key) !== undefined) compareEntry(shape, key, was.get(key), undefined, at, found);
  for (const [key, value] of is) compareEntry(shape, key, was.get(key), value, at, found);
  if (!('list' in shape)) return;
  // What is taken away comes back at the end, and what is new stands there: any other place is said.
  const [old, wanted] = [[...was.keys()], [...is.keys()]];
  const left = old.filter((key) => is.has(key));
  const tail = <T>(list: readonly T[], start: readonly T[]) => sameValue(list.slice(0, start.length), start);
  if (!tail(old, left) || !tail(wanted, left)) found.push({ at, order: { was: old, to: wanted } });
}

/** An entry that is new or gone is one change, however much is in it. */
function compareEntry(
  shape: Exclude<Shape, 'value'>,
  key: string,
  was: unknown,
  is: unknown,
  at: readonly string[],
  found: Change[],
): void {
  const inner = shapeAt(shape, key);
  const whole = (was === undefined || is === undefined) && !(isOpen(inner, was) && isOpen(inner, is));
  compare(whole ? 'value' : inner, was, is, [...at, key], found);
}

const given = (name: 'was' | 'to', value: unknown): object => (value === undefined ? {} : { [name]: value });

/** The draft with the changes made, in turn. One whose place is not there (its node is gone) does nothing. What stays the same is the same object. */
export const applyChanges = (draft: Draft, changes: readonly Change[]): Draft =>
  changes.reduce<Draft>((current, one) => put(DRAFT, current, one, 0) as Draft, draft);

function put(shape: Shape, value: unknown, one: Change, depth: number): unknown {
  const key = one.at[depth];
  if (key === undefined) return one.order ? reorder(shape, value, one.order.to) : one.to;
  if (!isOpen(shape, value)) return value;
  const entries = new Map(entriesOf(shape, value));
  const inner = shapeAt(shape, key);
  const last = depth === one.at.length - 1;
  const before = entries.get(key);
  // Whatever lies on the way must be there, but for what is absent while it is empty.
  if (!last && before === undefined && !isOpen(inner, before)) return value;
  const after = put(inner, before, one, depth + 1);
  if (after === before || (before !== undefined && after !== undefined && sameValue(after, before))) return value;
  if (after === undefined) entries.delete(key);
  else entries.set(key, after);
  return fromEntries(shape, entries);
}

function reorder(shape: Shape, value: unknown, order: readonly string[]): unknown {
  if (shape === 'value' || !('list' in shape) || !Array.isArray(value)) return value;
  const items = entriesOf(shape, value);
  const first = order.filter((key) => items.has(key));
  const rest = [...items.keys()].filter((key) => !order.includes(key));
  return [...first, ...rest].map((key) => items.get(key));
}

/** What takes changes back: last first, and lists put in order when all is there again. */
export const inverseOf = (changes: readonly Change[]): Change[] => [
  ...changes
    .filter((one) => !one.order)
    .toReversed()
    .map(({ at, was, to }) => ({ at, ...given('was', to), ...given('to', was) })),
  ...changes.flatMap(({ at, order }) => (order ? [{ at, order: { was: order.to, to: order.was } }] : [])),
];

/** What stands at a place of a draft; undefined when nothing does. */
export function valueAt(draft: Draft, at: readonly string[]): unknown {
  let shape: Shape = DRAFT;
  let value: unknown = draft;
  for (const key of at) {
    if (!isOpen(shape, value)) return undefined;
    const inner: Shape = shapeAt(shape, key);
    value = entriesOf(shape, value).get(key);
    shape = inner;
  }
  return value;
}

/** Makes only those changes whose place is still as they found it: what somebody else did there since stays. */
export const applyWhereUntouched = (draft: Draft, changes: readonly Change[]): Draft =>
  changes.reduce<Draft>(
    (current, one) => (one.order || sameValue(valueAt(current, one.at), one.was) ? applyChanges(current, [one]) : current),
    draft,
  );
