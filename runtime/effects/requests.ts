import { z } from 'zod';
import { COMPUTE_REQUESTS } from '#runtime/compute/requests.ts';
import { bilingual } from '#runtime/graph/document.ts';
import { recordRequest } from '#runtime/records/kinds.ts';
import { type Reason, reason } from './reasons.ts';

/**
 * What a program may ask the host to do, by kind. `ctx.effect(kind, request)` gives exactly this; a request that does not fit is refused at the
 * commit, and the asking node gets that as its answer.
 */
export const REQUESTS = {
  /** Write a value, in the role's unit, to the tag that the role is bound to; read it back within the tolerance. Seconds to act. */
  'tag.write': z.object({
    role: z.string().min(1),
    value: z.number().refine(Number.isFinite, 'must be a finite number'),
    tolerance: z.number().min(0).default(0.001),
    deadline: z.number().positive().max(86_400).default(10),
  }),
  /** Ask persons before a command goes on. Seconds to answer. */
  'confirm.request': z.object({
    text: bilingual,
    value: z.number().nullish(),
    unit: z.string().nullish(),
    persons: z.number().int().min(1).max(5).default(1),
    timeout: z.number().positive().max(86_400).default(120),
  }),
  /** Tell people: the organization's inbox always, and the named channel. */
  'notify.send': z.object({
    channel: z.string().min(1).default('inbox'),
    text: bilingual,
    value: z.number().nullish(),
  }),
  /** Take a business record through a transition. */
  'record.write': recordRequest,
  /** Have the host compute: run a model, make a plan. */
  ...COMPUTE_REQUESTS,
} as const;
export type EffectKind = keyof typeof REQUESTS;
export type EffectRequestOf<K extends EffectKind> = z.output<(typeof REQUESTS)[K]>;
export const EFFECT_KINDS = Object.keys(REQUESTS) as EffectKind[];

/** The capability that the installation must have granted for it; null = none is needed. Of a record, its kind follows: `record.write:order`. */
export const CAPABILITY_OF: Readonly<Record<EffectKind, string | null>> = {
  'tag.write': 'tag.write',
  'confirm.request': null,
  'notify.send': 'notify.send',
  'record.write': 'record.write',
  'compute.onnx': 'model.load',
  'compute.jobshop': 'compute.heavy',
};

export type ParsedRequest =
  | {
      readonly ok: true;
      readonly kind: EffectKind;
      readonly request: Record<string, unknown>;
      readonly deadlineMs: number | null;
    }
  | { readonly ok: false; readonly why: Reason };

/** Checks a request as it came out of a program. `granted`: the capabilities of the installation. */
export function parseRequest(kind: string, request: unknown, granted: ReadonlySet<string>): ParsedRequest {
  if (!(kind in REQUESTS)) return { ok: false, why: reason('unknown-kind', { kind }, `There are ${EFFECT_KINDS.join(', ')}.`) };
  const known = kind as EffectKind;
  const general = CAPABILITY_OF[known];
  const capability = known === 'record.write' ? `${general}:${String((request as { kind?: unknown } | null)?.kind)}` : general;
  if (capability && !granted.has(capability)) return { ok: false, why: reason('not-granted', { capability }) };
  const parsed = REQUESTS[known].safeParse(request);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, why: reason('invalid-request', { where: issue?.path.join('.') || known }, issue?.message) };
  }
  const data = parsed.data as Record<string, unknown>;
  const seconds = data.deadline ?? data.timeout;
  return { ok: true, kind: known, request: data, deadlineMs: typeof seconds === 'number' ? seconds * 1000 : null };
}
