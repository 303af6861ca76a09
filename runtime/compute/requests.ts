import { z } from 'zod';

/**
 * What a block may have computed by the host: `ctx.effect('compute.onnx', { … })`. Pure: the same request gives the same answer on every
 * machine, so effort is counted in work, not in seconds of a clock; the seconds here are those of the limits that end a computation.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the model, 64 hex digits');
const name = z.string().min(1).max(200);
const minutes = z.number().min(0).max(1e7);

export const onnxRequest = z.object({
  model: sha256,
  /** Newest operator set that is taken; a model of a newer one is refused. */
  opset: z.int().min(1).max(30).default(21),
  /** Values of each input of the model, row by row; `rows` rows of each. */
  rows: z.int().min(1).max(10_000),
  inputs: z.record(name, z.array(z.number()).max(1_000_000)),
  /** Outputs wanted; absent = all. */
  outputs: z.array(name).max(100).optional(),
});
export type OnnxRequest = z.output<typeof onnxRequest>;
export interface OnnxAnswer {
  /** Values of each output, row by row, and how many belong to a row. */
  readonly outputs: Readonly<Record<string, { readonly width: number; readonly values: readonly (number | string)[] }>>;
}

export const jobshopRequest = z.object({
  operations: z
    .array(
      z.object({
        job: name,
        /** Operations of a job are done in rising order. */
        step: z.number(),
        machine: name,
        /** Working time, min. */
        duration: minutes,
        /** Not before, min from the plan's beginning. */
        release: minutes.optional(),
        due: minutes.optional(),
        weight: z.number().min(0).max(1e6).optional(),
        /** Where the running plan has it, min; kept when it lies in the frozen zone. */
        start: minutes.optional(),
      }),
    )
    .min(1)
    .max(2000),
  /** When machines do not work, min from the plan's beginning; an operation pauses meanwhile. */
  breaks: z
    .array(z.object({ machine: name, from: minutes, to: minutes }))
    .max(5000)
    .default([]),
  objective: z.enum(['makespan', 'tardiness']).default('makespan'),
  /** Operations of the running plan that start before it stay where they are, min. */
  frozen: minutes.default(0),
  /** Effort, in seconds of a usual processor core. */
  timeLimit: z.number().positive().max(120).default(5),
  seed: z.int().default(1),
});
export type JobshopRequest = z.output<typeof jobshopRequest>;
export interface JobshopAnswer {
  readonly status: 'optimal' | 'timeout';
  readonly objective: number;
  /** No plan is better than this. */
  readonly bound: number;
  readonly operations: readonly { job: string; step: number; machine: string; start: number; end: number }[];
}

export const COMPUTE_REQUESTS = { 'compute.onnx': onnxRequest, 'compute.jobshop': jobshopRequest } as const;
export type ComputeKind = keyof typeof COMPUTE_REQUESTS;
export const isComputeKind = (kind: string): kind is ComputeKind => Object.hasOwn(COMPUTE_REQUESTS, kind);
/** The model that a request needs, by hash. */
export const modelOf = (request: unknown): string | undefined => (request as { readonly model?: string }).model;

export interface ComputeLimits {
  /** Of a process that computes, s of processor time and of the clock. The clock's is wide: the machine may be busy. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly megabytes: number;
}
export function limitsOf(kind: ComputeKind, request: unknown): ComputeLimits {
  const effort = kind === 'compute.jobshop' ? (request as JobshopRequest).timeLimit : 5;
  return { cpuSeconds: 20 + 5 * effort, wallSeconds: 60 + 20 * effort, megabytes: 768 };
}

/** What is said of a computation: its value, or why there is none. */
export type ComputeAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: ComputeFault;
      readonly params?: Readonly<Record<string, string | number | { readonly en: string; readonly zh: string }>>;
    };
export const COMPUTE_FAULTS = [
  'compute-input',
  'compute-time',
  'compute-memory',
  'compute-crashed',
  'compute-busy',
  'model-missing',
  'model-unreadable',
  'model-opset',
  'model-inputs',
] as const;
export type ComputeFault = (typeof COMPUTE_FAULTS)[number];

/** A computation that refuses what it was given, and says why in both languages. */
export class ComputeRefusal extends Error {
  readonly code: ComputeFault;
  readonly said: { readonly en: string; readonly zh: string };
  constructor(code: ComputeFault, said: { readonly en: string; readonly zh: string }) {
    super(said.en);
    this.name = 'ComputeRefusal';
    this.code = code;
    this.said = said;
  }
}

/** Where models come from: those of this organization, by the hash of their bytes. Undefined = it has none such. */
export interface ModelStore {
  has(orgId: string, hash: string): Promise<boolean>;
  read(orgId: string, hash: string): Promise<Uint8Array | undefined>;
}
