import { z } from 'zod';
import { bilingual } from '#runtime/graph/document.ts';

/** Kinds of business records: what one holds, and by which transitions it goes from state to state. Pure; `''` is the state of what is not there yet. */
export interface RecordKind {
  readonly data: z.ZodObject;
  /** By transition: from which states, to which one. */
  readonly transitions: Readonly<Record<string, { readonly from: readonly string[]; readonly to: string }>>;
}

const amount = z.string().regex(/^-?\d{1,15}(\.\d{1,6})?$/, 'a decimal number as text, such as 12.50');

export const RECORD_KINDS = {
  /** Sales, purchase, production, transport, service. */
  order: {
    data: z.strictObject({
      type: z.enum(['sales', 'purchase', 'production', 'transport', 'service']),
      partner: z.string().max(200).optional(),
      due: z.iso.datetime({ offset: true }).optional(),
      promised: z.iso.datetime({ offset: true }).optional(),
      lines: z
        .array(
          z.strictObject({
            item: z.string().min(1).max(100),
            quantity: z.number().positive(),
            unit: z.string().min(1).max(40),
            price: amount.optional(),
            currency: z
              .string()
              .regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
              .optional(),
          }),
        )
        .min(1)
        .max(1000),
      note: z.string().max(2000).optional(),
    }),
    transitions: {
      create: { from: [''], to: 'draft' },
      change: { from: ['draft'], to: 'draft' },
      release: { from: ['draft'], to: 'released' },
      start: { from: ['released'], to: 'running' },
      complete: { from: ['running'], to: 'completed' },
      cancel: { from: ['draft', 'released'], to: 'cancelled' },
    },
  },
  /** Something to be done by somebody on an asset. */
  workorder: {
    data: z.strictObject({
      title: bilingual,
      asset: z.string().max(200).optional(),
      priority: z.int().min(1).max(4),
      assignee: z.string().max(100).optional(),
      value: z.number().optional(),
      note: z.string().max(2000).optional(),
    }),
    transitions: {
      create: { from: [''], to: 'open' },
      change: { from: ['open', 'assigned'], to: 'open' },
      assign: { from: ['open', 'assigned'], to: 'assigned' },
      start: { from: ['open', 'assigned'], to: 'running' },
      complete: { from: ['running'], to: 'completed' },
      cancel: { from: ['open', 'assigned'], to: 'cancelled' },
    },
  },
} as const satisfies Record<string, RecordKind>;
export type RecordKindName = keyof typeof RECORD_KINDS;
export const RECORD_KIND_NAMES = Object.keys(RECORD_KINDS) as [RecordKindName, ...RecordKindName[]];

/** What changes a record: asked by an app (`record.write`), a person or an import. */
export const recordRequest = z.object({
  kind: z.enum(RECORD_KIND_NAMES),
  code: z.string().min(1).max(120),
  transition: z.string().min(1).max(40),
  /** Laid over what the record holds; for `create` all of it. */
  data: z.record(z.string(), z.unknown()).default({}),
  /** The version that is changed; another one there now refuses it. */
  version: z.int().min(1).optional(),
});
export type RecordRequest = z.output<typeof recordRequest>;
