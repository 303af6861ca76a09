import { z } from 'zod';
import { AGGREGATES } from '#runtime/batch/stretch.ts';

/** A stretch of the history of a role's tag, in the role's unit, or of an output of the app itself, in `unit`. */
export const historyRequest = z
  .object({
    role: z.string().min(1).optional(),
    /** `<output>.<column>`, of the record key that asks. */
    output: z
      .string()
      .regex(/^[^.]+\.[^.]+$/)
      .optional(),
    unit: z.string().optional(),
    /** Event time, epoch ms: `from` included, `to` not. */
    from: z.number(),
    to: z.number(),
    /** Append time, epoch ms: what came later is not seen, so that the same question has the same answer in a replay. */
    asOf: z.number(),
    aggregate: z.enum(AGGREGATES).default('none'),
    points: z.int().min(1).max(10_000).default(1_000),
  })
  .refine((r) => (r.role === undefined) !== (r.output === undefined), { message: 'one of role and output', path: ['role'] })
  .refine((r) => r.from < r.to, { message: 'must be before the end', path: ['from'] });
export type HistoryRequest = z.output<typeof historyRequest>;

/** What is said of it: the stretch, or a code of `reasons.ts` with what fills its sentence. */
export type HistoryAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: 'role-unbound' | 'history-missing' | 'history-type' | 'history-unit' | 'history-long';
      readonly params: Readonly<Record<string, string | number>>;
    };
