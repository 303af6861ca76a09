import type { RecordField, RecordFields } from '#runtime/records/fields.ts';
import { RECORD_GROUPS, type RecordKind } from '#runtime/records/kind.ts';
import { RECORD_KINDS, statesOf } from '#runtime/records/kinds.ts';
import { stateWords } from '#runtime/records/state-words.ts';
import type { AccessRole } from '../access.ts';
import { mayDo } from './rights.ts';

export type FieldFacts = Omit<RecordField, 'schema' | 'fields'> & { readonly fields?: Readonly<Record<string, FieldFacts>> };

/** Every kind as plain data: what a screen shows, asks for and offers, and what a file of an import may hold. */
export function describeKinds(roles: readonly AccessRole[]) {
  return {
    groups: RECORD_GROUPS,
    kinds: (Object.entries(RECORD_KINDS) as [keyof typeof RECORD_KINDS, RecordKind][]).map(([name, kind]) => ({
      name,
      title: kind.title,
      plural: kind.plural,
      group: kind.group,
      force: kind.force ?? null,
      fields: plain(kind.fields),
      states: statesOf(name).map((state) => ({ state, title: stateWords(state) ?? { en: state, zh: state } })),
      transitions: Object.entries(kind.transitions).map(
        ([transition, { title, from, to, sets, sign, right, apply, ...rest }]) => ({
          name: transition,
          title,
          from,
          to: to ?? null,
          sets: sets ?? [],
          meaning: sign ?? null,
          allowed: mayDo(roles, { title, from, right, ...rest }),
        }),
      ),
    })),
  };
}
export type KindFacts = ReturnType<typeof describeKinds>['kinds'][number];

const plain = (fields: RecordFields): Record<string, FieldFacts> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { schema: _, fields: inner, ...rest }]) => [
      name,
      { ...rest, ...(inner ? { fields: plain(inner) } : {}) },
    ]),
  );
