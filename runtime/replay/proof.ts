import { z } from 'zod';
import { bilingual } from '#runtime/graph/document.ts';
import { calendarDocument } from '#runtime/schedule/calendar.ts';
import { isZone } from '#runtime/schedule/zone.ts';

/**
 * `proof/proof.json`: the data an app carries and the figures it must reproduce on it, on anyone's machine. Every run also names
 * changes of the graph that must turn a check red: a check that cannot fail is no check.
 */
export const PROOF_FORMAT = 1;

/** `actual` passes when |actual − expected| ≤ absolute, or ≤ relative · |expected|. Absent = exactly equal. */
const tolerance = z.union([
  z.strictObject({ absolute: z.number().nonnegative() }),
  z.strictObject({ relative: z.number().nonnegative() }),
]);

const common = {
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: bilingual,
  expected: z.number(),
  tolerance: tolerance.optional(),
  /** Where the expected figure comes from: closed form, standard, published table, simulator's truth. */
  source: z.union([z.string().min(1), bilingual]),
};

export const STATISTICS = ['first', 'last', 'min', 'max', 'mean', 'sum', 'count', 'at'] as const;

export const proofCheck = z.discriminatedUnion('kind', [
  /** A figure of one column of a named output. Rows of bad quality do not count. */
  z.strictObject({
    kind: z.literal('output'),
    ...common,
    output: z.string(),
    column: z.string().default('value'),
    statistic: z.enum(STATISTICS),
    /** For `at`: the newest row at or before this time (ISO 8601 with zone). */
    at: z.string().optional(),
    key: z.string().optional(),
  }),
  /** How often the alarm of a node was raised, or the event time of its first raise in epoch seconds. */
  z.strictObject({
    kind: z.literal('alarm'),
    ...common,
    node: z.string(),
    figure: z.enum(['raised', 'first-raised-at']).default('raised'),
  }),
  /** How many effects of a kind were asked for. */
  z.strictObject({ kind: z.literal('effect'), ...common, effect: z.string(), node: z.string().optional() }),
]);
export type ProofCheck = z.infer<typeof proofCheck>;

/** One change of the graph's parameters under which at least one check of the run must fail. */
export const falsifier = z.strictObject({
  title: bilingual,
  node: z.string(),
  /** Parameter of the node, dotted for inner fields. */
  param: z.string(),
  value: z.unknown(),
});
export type Falsifier = z.infer<typeof falsifier>;

export const proofRun = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: bilingual,
  /** Tag role or form -> file beside `proof.json`. */
  inputs: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({}),
  key: z.string().default('demo'),
  /** For schedules: where the clock begins (ISO 8601 with zone; absent = the first record), the site's time zone and its shifts. */
  from: z.string().optional(),
  zone: z.string().refine(isZone, 'not an IANA time zone').optional(),
  calendar: calendarDocument.optional(),
  /** Runs the clock on to here after the last record, so that timers fire (ISO 8601 with zone). */
  until: z.string().optional(),
  checks: z.array(proofCheck).min(1),
  falsifiers: z.array(falsifier).min(1),
});
export type ProofRun = z.infer<typeof proofRun>;

export const proofDocument = z.strictObject({ format: z.literal(PROOF_FORMAT), runs: z.array(proofRun).min(1) });
export type ProofDocument = z.infer<typeof proofDocument>;

export interface CheckResult {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly expected: number;
  /** Null when the run gave nothing to measure. */
  readonly actual: number | null;
  readonly tolerance: ProofCheck['tolerance'] | null;
  readonly source: ProofCheck['source'];
  /** `expected` and `actual` are times, epoch seconds. */
  readonly time?: true;
  readonly pass: boolean;
}
export interface RunResult {
  readonly id: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly checks: readonly CheckResult[];
  /** `red` = at least one check failed under the change, as it must. */
  readonly falsifiers: readonly { readonly title: { readonly en: string; readonly zh: string }; readonly red: boolean }[];
  readonly records: number;
  readonly seconds: number;
}
export interface ProofReport {
  readonly graphHash: string;
  readonly programHash: string;
  readonly capabilities: readonly string[];
  readonly at: string;
  readonly runs: readonly RunResult[];
  readonly pass: boolean;
}
