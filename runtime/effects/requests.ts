import { z } from 'zod';
import { COMPUTE_REQUESTS } from '#runtime/compute/requests.ts';
import { bilingual } from '#runtime/graph/document.ts';
import { recordRequest } from '#runtime/records/kinds.ts';
import { fileReadRequest, recordReadRequest } from '#runtime/records/table-request.ts';
import { reportRequest } from '#runtime/reports/request.ts';
import { historyRequest } from './history-request.ts';
import { type Reason, reason } from './reasons.ts';

const finite = z.number().refine(Number.isFinite, 'must be a finite number');
const role = z.string().min(1).max(200);
const deadline = z.number().positive().max(86_400).default(10);
/** A claim is on the tag of the role, or on the whole asset that the tag belongs to. */
const scope = z.enum(['tag', 'asset']).default('tag');

/**
 * What a program may ask the host to do, by kind. `ctx.effect(kind, request)` gives exactly this; a request that does not fit is refused at the
 * commit, and the asking node gets that as its answer.
 */
export const REQUESTS = {
  /** Write a value, in the role's unit, to the tag that the role is bound to; read it back within the tolerance. Seconds to act. */
  'tag.write': z.object({ role, value: finite, tolerance: z.number().min(0).default(0.001), deadline }),
  /** Call a method, by its name, of the object in the device to which the role's tag belongs. Seconds for its answer. */
  'command.send': z.object({
    role,
    method: z.string().min(1).max(200),
    arguments: z
      .array(z.union([finite, z.boolean(), z.string().max(4_000)]))
      .max(20)
      .default([]),
    deadline,
  }),
  /** Write a set of values, all or none: checked before the first is written, read back, and the former set put back when one fails. */
  'recipe.download': z.object({
    recipe: z.string().min(1).max(200),
    version: z.string().max(100).default(''),
    values: z
      .array(
        z.object({ role, value: finite, unit: z.string().max(100).default(''), tolerance: z.number().min(0).default(0.001) }),
      )
      .min(1)
      .max(200)
      .refine((values) => new Set(values.map((v) => v.role)).size === values.length, 'a role is named twice'),
    deadline: z.number().positive().max(86_400).default(60),
  }),
  /** A sign of life for the device's own watchdog. One that comes late is not sent: the device must not take it for a fresh one. */
  'watchdog.beat': z.object({ role, value: z.int().min(0).max(65_535), deadline }),
  /** Nobody else may act on it for so many seconds. Who has it and asks again, renews it; a higher rank takes it over. */
  'lease.take': z.object({ role, scope, seconds: z.number().min(1).max(86_400), rank: z.int().min(1).max(9).default(1) }),
  'lease.release': z.object({ role, scope }),
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
  /** Make a report of a table: files that become documents, and go out by e-mail. */
  'report.make': reportRequest,
  /** Take a business record through a transition. */
  'record.write': recordRequest,
  /** Read records as they are at the moment of the question, as a table. */
  'record.read': recordReadRequest,
  /** Read the file of a document as a table. */
  'file.read': fileReadRequest,
  /** Read a stretch of history. */
  'history.read': historyRequest,
  /** Have the host compute: run a model, make a plan. */
  ...COMPUTE_REQUESTS,
} as const;
export type EffectKind = keyof typeof REQUESTS;
export type EffectRequestOf<K extends EffectKind> = z.output<(typeof REQUESTS)[K]>;
export const EFFECT_KINDS = Object.keys(REQUESTS) as EffectKind[];

/** Acts on machines: the gateway that holds the connection performs them. What is begun and not answered has an unknown outcome. */
export const MACHINE_KINDS = ['tag.write', 'command.send', 'recipe.download', 'watchdog.beat'] as const satisfies EffectKind[];
/** Those that a program may only ask for behind an interlock. */
export const GUARDED_KINDS: readonly string[] = ['tag.write', 'command.send', 'recipe.download'] satisfies EffectKind[];
/** Those that mean a tag of the plant: what they come to is worked out when they are committed. */
export const RESOLVED_KINDS: readonly string[] = [...MACHINE_KINDS, 'lease.take', 'lease.release'] satisfies EffectKind[];

/** The capability that the installation must have granted for it; null = none is needed. Of a record, its kind follows: `record.write:order`. */
export const CAPABILITY_OF: Readonly<Record<EffectKind, string | null>> = {
  'tag.write': 'tag.write',
  'command.send': 'command.send',
  'recipe.download': 'tag.write',
  'watchdog.beat': 'command.send',
  'lease.take': 'command.send',
  'lease.release': 'command.send',
  'confirm.request': null,
  'notify.send': 'notify.send',
  'report.make': 'record.write:document',
  'record.write': 'record.write',
  'record.read': 'record.read',
  'file.read': 'file.read',
  'history.read': 'history.read',
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
  const capability =
    general === 'record.write' || general === 'record.read'
      ? `${general}:${String((request as { kind?: unknown } | null)?.kind)}`
      : general;
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
