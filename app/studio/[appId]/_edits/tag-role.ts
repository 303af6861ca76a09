import type { Bilingual, GraphDocument, TagRole } from '#runtime/graph/document.ts';
import { freshName, identifierOf } from './names.ts';

export interface PlantSignal {
  readonly name: string;
  readonly title: Bilingual | null;
  /** What kind of signal it is, in the plant's own words (`pressure.header`); the best name for a role. */
  readonly signal: string | null;
  readonly type: string;
  readonly unit: string | null;
  readonly low: number | null;
  readonly high: number | null;
}
const TYPES = ['number', 'integer', 'boolean', 'text', 'wave'] as const;

/** The role that a tag of the plant would stand for: what it is, in its unit and range; another plant binds its own tag. */
export function roleOfTag(document: GraphDocument, tag: PlantSignal): TagRole {
  const said = tag.signal ?? '';
  const stem = /^[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9]+)*$/.test(said) ? said : identifierOf(tag.title?.en || tag.name);
  const taken = document.roles.map((role) => role.name);
  const name = taken.includes(stem)
    ? freshName(
        stem.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase()),
        taken,
      )
    : stem;
  const title = {
    en: tag.title?.en || tag.title?.zh || tag.name,
    zh: tag.title?.zh || tag.title?.en || tag.name,
  };
  const type = TYPES.find((one) => one === tag.type) ?? 'number';
  const measured = type === 'number' || type === 'wave';
  return {
    name: name.replace(/_/g, ''),
    title,
    type,
    optional: false,
    write: false,
    ...(measured && tag.unit ? { unit: tag.unit } : {}),
    ...(type === 'number' && tag.low !== null && tag.high !== null && tag.low < tag.high
      ? { range: [tag.low, tag.high] as [number, number] }
      : {}),
  };
}
