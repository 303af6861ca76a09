import type { Bindings, KeyedTag, RoleBinding } from './schema/app.ts';

/** Every tag of a binding with the key of its records; `own` is the instance's. */
export const tagsOf = (binding: RoleBinding | null | undefined, own: string): KeyedTag[] =>
  binding ? [{ tagId: binding.tagId, key: own }, ...(binding.more ?? [])] : [];

/** Every tag that the roles of an instance are bound to, once. */
export const boundTags = (bindings: Bindings): number[] => [
  ...new Set(Object.values(bindings).flatMap((binding) => tagsOf(binding, '').map(({ tagId }) => tagId))),
];

/** Does it watch more than one asset? */
export const watchesMany = (bindings: Bindings): boolean =>
  Object.values(bindings).some((binding) => (binding?.more?.length ?? 0) > 0);

/**
 * The tag by which a role is meant for a key. An instance of one asset has one tag a role, whatever keys its people and blocks give their rows. One
 * that watches several has a tag for each, and nothing of one machine may stand for another: undefined where the key has none.
 */
export function tagFor(bindings: Bindings, role: string, key: string, own: string): number | undefined {
  const binding = bindings[role];
  if (!binding) return undefined;
  if (key === own || !watchesMany(bindings)) return binding.tagId;
  return binding.more?.find((one) => one.key === key)?.tagId;
}
