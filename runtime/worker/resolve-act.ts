import type { ResolvedAct, ResolvedLease, ResolvedRecipe, ResolvedWrite } from '#drizzle/schema/effect.ts';
import type { tag } from '#drizzle/schema/index.ts';
import { type Reason, reason } from '#runtime/effects/reasons.ts';
import { type EffectKind, type EffectRequestOf, GUARDED_KINDS } from '#runtime/effects/requests.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { NumberedEffect } from '#runtime/step/take-step.ts';
import { conversion } from '#runtime/units/units.ts';

type TagRow = typeof tag.$inferSelect;
export type Resolved = ResolvedAct | ResolvedWrite | ResolvedRecipe | ResolvedLease;

/** What an instance knows of the plant: its tags, and the units that its roles speak in. */
export interface Bound {
  readonly tags: Readonly<Record<string, TagRow>>;
  readonly preconditions: ProgramInfo['preconditions'];
  unitOf(role: string): string | undefined;
  /** `to = tag · gain + offset` @throws where the units do not fit */
  converted(tag: TagRow, unit: string | undefined, role: string, node: string): { gain: number; offset: number };
}

/** What a request comes to in this plant; or why it cannot be done here. */
export function resolveAct(effect: NumberedEffect, kind: EffectKind, request: unknown, bound: Bound): Resolved | Reason {
  const guards = preconditionsOf(effect, bound);
  if ('code' in guards) return guards;
  // the compiler asks for a guard before every block that says it commands; a block that does not say so may not
  if (GUARDED_KINDS.includes(kind) && guards.length === 0) return reason('unguarded', { node: effect.node });
  if (kind === 'recipe.download')
    return resolveRecipe(effect, request as EffectRequestOf<'recipe.download'>, { bound, preconditions: guards });
  const { role } = request as { role: string };
  const target = bound.tags[role];
  if (!target) return reason('role-unbound', { role });
  const act = { tagId: target.id, preconditions: guards };
  if (kind === 'lease.take' || kind === 'lease.release') return { ...act, assetId: target.assetId };
  if (kind === 'command.send') return act;
  const wish = request as { value: number; tolerance?: number };
  if (kind === 'watchdog.beat') return { ...act, value: wish.value, tolerance: 0 };
  return { ...act, ...inUnitOfTag(target, bound.converted(target, bound.unitOf(role), role, effect.node), wish) };
}

const inUnitOfTag = (
  target: TagRow,
  { gain, offset }: { gain: number; offset: number },
  wish: { value: number; tolerance?: number },
) => ({
  tagId: target.id,
  value: (wish.value - offset) / gain,
  tolerance: Math.abs((wish.tolerance ?? 0) / gain),
});

/** The gateway that performs it holds one connection: a set of values that is scattered over several cannot be taken back as one. */
function resolveRecipe(
  effect: NumberedEffect,
  request: EffectRequestOf<'recipe.download'>,
  { bound, preconditions }: { bound: Bound; preconditions: ResolvedAct['preconditions'] },
): ResolvedRecipe | Reason {
  const values: ResolvedRecipe['values'][number][] = [];
  let first: TagRow | undefined;
  for (const { role, unit, ...wish } of request.values) {
    const target = bound.tags[role];
    if (!target) return reason('role-unbound', { role });
    first ??= target;
    if (target.connectionId !== first.connectionId) return reason('recipe-scattered', { first: first.name, other: target.name });
    if (values.some((v) => v.tagId === target.id)) return reason('recipe-twice', { tag: target.name });
    const from = unit === '' ? bound.unitOf(role) : unit;
    const fits = !from || !target.unit || conversion(target.unit, from).ok;
    if (!fits) return reason('recipe-unit', { role, unit: from, of: target.unit ?? '' });
    values.push({ role, ...inUnitOfTag(target, bound.converted(target, from, role, effect.node), wish) });
  }
  return first ? { tagId: first.id, preconditions, values } : reason('invalid-request', { where: 'values' });
}

function preconditionsOf(effect: NumberedEffect, bound: Bound): ResolvedAct['preconditions'][number][] | Reason {
  const preconditions: ResolvedAct['preconditions'][number][] = [];
  for (const guard of bound.preconditions[effect.node] ?? []) {
    const values: Record<string, { tagId: number; gain: number; offset: number }> = {};
    for (const [name, needed] of Object.entries(guard.roles)) {
      const tag = bound.tags[needed.role];
      if (!tag) return reason('guard-unbound', { node: guard.node, role: needed.role });
      values[name] = { tagId: tag.id, ...bound.converted(tag, needed.unit, needed.role, guard.node) };
    }
    preconditions.push({ node: guard.node, expression: guard.expression, maxAge: guard.maxAge, values });
  }
  return preconditions;
}
