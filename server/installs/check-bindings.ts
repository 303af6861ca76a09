import { tagsOf } from '#drizzle/bindings.ts';
import type { Tx } from '#drizzle/client.ts';
import type { Bindings, RoleBinding } from '#drizzle/schema/index.ts';
import { type Misfit, misfit } from '#marketplace/install/suggest.ts';
import type { Bilingual, TagRole } from '#runtime/graph/document.ts';
import { conversion } from '#runtime/units/units.ts';
import { type GivenBindings, keyedBindings, type OwnTag, ownTags } from '../apps/bind-draft.ts';
import { failed } from '../apps/errors.ts';

/** gain and offset from one UCUM unit to another; undefined when their dimensions differ. */
export const conversionOf = (from: string, to: string): { gain: number; offset: number } | undefined => {
  const found = conversion(from, to);
  return found.ok ? { gain: found.gain, offset: found.offset } : undefined;
};

const REASON: Readonly<Record<Misfit, (role: TagRole, tag: { type: string; unit: string | null }) => Bilingual>> = {
  type: (role, tag) => ({
    en: `it holds ${tag.type}, the role needs ${role.type}.`,
    zh: `其数据类型为 ${tag.type}，角色需要 ${role.type}。`,
  }),
  dimension: (role, tag) => ({
    en: `its unit ${tag.unit ?? '1'} cannot be converted to ${role.unit ?? '1'}.`,
    zh: `其单位 ${tag.unit ?? '1'} 无法换算为 ${role.unit ?? '1'}。`,
  }),
  'read-only': () => ({
    en: 'the app writes to it, and it is read-only. Allow writing on the tag, or choose another.',
    zh: '应用需要写入，而该测点为只读。请允许写入，或选择其他测点。',
  }),
};

export interface CheckedBindings {
  /** Roles of the graph only, each with its tag or null. */
  readonly bindings: Bindings;
  readonly tags: ReadonlyMap<number, OwnTag>;
}

/**
 * Every role of the graph with a tag that can fill it: own, of its type, of a convertible unit, writable where the app writes.
 * @throws `app.role-unbound`, `app.tag-unfit`, `app.asset-twice`, `access.not-found`
 */
export async function checkBindings(
  tx: Tx,
  orgId: string,
  roles: readonly TagRole[],
  given: GivenBindings,
  /** Code of the asset on which the instance is. */
  own: string,
): Promise<CheckedBindings> {
  const tags = await ownTags(tx, orgId, given);
  const keyed = keyedBindings(given, tags);
  const bindings: Record<string, RoleBinding | null> = {};
  for (const role of roles) {
    const binding = keyed[role.name] ?? null;
    bindings[role.name] = binding;
    if (!binding) {
      if (role.optional) continue;
      throw failed('app.role-unbound', { role: role.title });
    }
    const seen = new Set<string>();
    for (const { tagId, key } of tagsOf(binding, own)) {
      const bound = tags.get(tagId);
      const reason = bound && misfit(role, bound, conversionOf);
      if (bound && reason)
        throw failed('app.tag-unfit', { tag: bound.name, role: role.title, reason: REASON[reason](role, bound) });
      // records of two tags under one key would be one machine's
      if (seen.has(key)) throw failed('app.asset-twice', { tag: bound?.name ?? '', role: role.title, asset: key });
      seen.add(key);
    }
  }
  return { bindings, tags };
}
