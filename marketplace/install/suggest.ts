import type { TagRole } from '#runtime/graph/document.ts';
import { conceptsOf } from './vocabulary.ts';

/** What the mapping needs to know of a tag. */
export interface TagFacts {
  readonly id: number;
  readonly name: string;
  readonly title?: { readonly en: string; readonly zh: string } | null;
  readonly signal?: string | null;
  readonly type: string;
  readonly unit?: string | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly access: 'r' | 'rw';
}

/** value in the role's unit = value of the tag · gain + offset; undefined when the dimensions differ. */
export type ConversionOf = (from: string, to: string) => { readonly gain: number; readonly offset: number } | undefined;

export type Misfit = 'type' | 'dimension' | 'read-only';
export interface Candidate {
  readonly tagId: number;
  /** 0..1; above 0.5 it is offered as the choice. */
  readonly score: number;
  /** Concepts that the names share, for the reader. */
  readonly shared: readonly string[];
  readonly conversion?: { readonly gain: number; readonly offset: number; readonly from: string; readonly to: string };
}

/** Why a tag cannot fill a role at all; undefined when it can. */
export function misfit(role: TagRole, tag: TagFacts, conversionOf: ConversionOf): Misfit | undefined {
  const numeric = (type: string) => type === 'number' || type === 'integer';
  if (numeric(role.type) ? !numeric(tag.type) : role.type !== tag.type) return 'type';
  if (role.write && tag.access !== 'rw') return 'read-only';
  if (role.unit && tag.unit && role.unit !== tag.unit && !conversionOf(tag.unit, role.unit)) return 'dimension';
  return undefined;
}

/** The tags that can fill a role, best first. */
export function candidates(role: TagRole, tags: readonly TagFacts[], conversionOf: ConversionOf): Candidate[] {
  const wanted = conceptsOf(`${role.name.replaceAll('.', ' ')} ${role.title.en} ${role.title.zh}`);
  if (role.write) wanted.add('setpoint');
  return tags
    .filter((tag) => !misfit(role, tag, conversionOf))
    .map((tag) => score(role, wanted, tag, conversionOf))
    .sort((a, b) => b.score - a.score || a.tagId - b.tagId);
}

/**
 * One tag per role, no tag twice: the clearest pairs first. Roles without a candidate above one half stay open for a person.
 */
export function suggestMapping(
  roles: readonly TagRole[],
  tags: readonly TagFacts[],
  conversionOf: ConversionOf,
): Record<string, Candidate | undefined> {
  const pairs = roles
    .flatMap((role) => candidates(role, tags, conversionOf).map((candidate) => ({ role: role.name, candidate })))
    .filter(({ candidate }) => candidate.score > 0.5)
    .sort((a, b) => b.candidate.score - a.candidate.score);
  const chosen: Record<string, Candidate | undefined> = Object.fromEntries(roles.map((role) => [role.name, undefined]));
  const used = new Set<number>();
  for (const { role, candidate } of pairs) {
    if (chosen[role] || used.has(candidate.tagId)) continue;
    chosen[role] = candidate;
    used.add(candidate.tagId);
  }
  return chosen;
}

/**
 * The same for one asset: its own tags first; what it does not offer itself may be measured beside it, on a meter of the line or a part of the
 * station.
 */
export function suggestForAsset(
  roles: readonly TagRole[],
  own: readonly TagFacts[],
  beside: readonly TagFacts[],
  conversionOf: ConversionOf,
): Record<string, Candidate | undefined> {
  const chosen = suggestMapping(roles, own, conversionOf);
  const open = roles.filter((role) => !chosen[role.name]);
  return { ...chosen, ...suggestMapping(open, beside, conversionOf) };
}

function score(role: TagRole, wanted: ReadonlySet<string>, tag: TagFacts, conversionOf: ConversionOf): Candidate {
  const have = conceptsOf(`${tag.name} ${tag.title?.en ?? ''} ${tag.title?.zh ?? ''} ${tag.signal?.replaceAll('.', ' ') ?? ''}`);
  const shared = [...wanted].filter((concept) => have.has(concept));
  const union = new Set([...wanted, ...have]).size;
  // what a name says counts most; a set-point is never the measured value and the other way round
  let value = union === 0 ? 0 : 0.65 * (shared.length / Math.max(wanted.size, 1)) + 0.1 * (shared.length / union);
  if (wanted.has('setpoint') !== have.has('setpoint')) value -= 0.4;
  if (tag.signal === role.name) value += 0.25;
  const conversion = role.unit && tag.unit ? convert(tag.unit, role.unit, conversionOf) : undefined;
  if (role.unit && tag.unit) value += 0.15;
  if (role.range && conversion && tag.low != null && tag.high != null) {
    const low = tag.low * conversion.gain + conversion.offset;
    const high = tag.high * conversion.gain + conversion.offset;
    // ranges that do not even touch speak against it
    value += high < role.range[0] || low > role.range[1] ? -0.3 : 0.1;
  }
  return {
    tagId: tag.id,
    score: Math.min(1, Math.max(0, value)),
    shared,
    ...(conversion && tag.unit !== role.unit ? { conversion: { ...conversion, from: tag.unit ?? '', to: role.unit ?? '' } } : {}),
  };
}

const convert = (from: string, to: string, conversionOf: ConversionOf) =>
  from === to ? { gain: 1, offset: 0 } : conversionOf(from, to);
