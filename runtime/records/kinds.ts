import { z } from 'zod';
import type { RecordKind, Transition } from './kind.ts';
import { KNOWLEDGE_KINDS } from './kinds/knowledge.ts';
import { MATERIAL_KINDS } from './kinds/material.ts';
import { PRODUCT_KINDS } from './kinds/product.ts';
import { QUALITY_KINDS } from './kinds/quality.ts';
import { TIME_KINDS } from './kinds/time.ts';
import { TRADE_KINDS } from './kinds/trade.ts';
import { WORK_KINDS } from './kinds/work.ts';

/**
 * Every kind of business records. What scenarios call `block`, `app` and `install` are the marketplace's own tables (releases, installations), which carry
 * versions, hashes, signatures and grants already.
 */
export const RECORD_KINDS = {
  ...PRODUCT_KINDS,
  ...WORK_KINDS,
  ...MATERIAL_KINDS,
  ...QUALITY_KINDS,
  ...TIME_KINDS,
  ...TRADE_KINDS,
  ...KNOWLEDGE_KINDS,
} as const satisfies Record<string, RecordKind>;
export type RecordKindName = keyof typeof RECORD_KINDS;
export const RECORD_KIND_NAMES = Object.keys(RECORD_KINDS) as [RecordKindName, ...RecordKindName[]];
export const kindOf = (name: RecordKindName): RecordKind => RECORD_KINDS[name];
export const isKind = (name: string): name is RecordKindName => Object.hasOwn(RECORD_KINDS, name);

export function transitionOf(kind: RecordKindName, name: string): Transition | undefined {
  const { transitions } = kindOf(kind);
  return Object.hasOwn(transitions, name) ? transitions[name] : undefined;
}
/** By which transition records of the kind begin, and in which state. */
export const firstOf = (kind: RecordKindName): { readonly name: string; readonly transition: Transition } => {
  const found = Object.entries(kindOf(kind).transitions).find(([, { from }]) => from.includes(''));
  if (!found) throw new Error(`records of the kind ${kind} never begin`);
  return { name: found[0], transition: found[1] };
};
export const statesOf = (kind: RecordKindName): string[] =>
  [
    ...new Set(Object.values(kindOf(kind).transitions).flatMap(({ from, to }) => [...from, ...(to === undefined ? [] : [to])])),
  ].filter((state) => state !== '');

/** A record's number: what people and codes on parts can carry. */
export const recordCode = z
  .string()
  .min(1)
  .max(120)
  .refine((code) => code === code.trim() && !/\p{Cc}/u.test(code), {
    message: 'no blanks at its ends and no control characters',
    params: { en: 'A number has no blanks at its ends.', zh: '编号首尾不能有空白。' },
  });

/** What changes a record: asked by an app (`record.write`), a person or an import. */
export const recordRequest = z.object({
  kind: z.enum(RECORD_KIND_NAMES),
  code: recordCode,
  transition: z.string().min(1).max(40),
  /** Laid over what the record holds, field by field, null takes one away; for `create` all of it. */
  data: z.record(z.string(), z.unknown()).default({}),
  /** The version that is changed; another one there now refuses it. */
  version: z.int().min(1).optional(),
  /** Why, kept with the version. */
  why: z.string().max(500).optional(),
});
export type RecordRequest = z.output<typeof recordRequest>;
