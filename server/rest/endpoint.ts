import type { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import type { Scope } from '../access.ts';

/** Whom a key speaks for. */
export interface KeyContext {
  readonly orgId: string;
  readonly keyId: string;
  readonly tenant: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>;
}

export interface Endpoint<Q extends z.ZodObject = z.ZodObject, B extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly method: 'get' | 'post';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly scope: Scope;
  /** Values arrive as text: use `z.coerce`. */
  readonly query: Q;
  readonly body?: B;
  readonly answer: A;
  run(ctx: KeyContext, input: { query: z.output<Q>; body: z.output<B> }): Promise<z.input<A>>;
}

/** One address of the interface: schema, documentation and function in one place; the OpenAPI document is made from it. */
export function defineEndpoint<Q extends z.ZodObject, B extends z.ZodType, A extends z.ZodType>(
  endpoint: Endpoint<Q, B, A>,
): Endpoint {
  // Erased here, once: the handler parses query and body with these very schemas before it calls `run`.
  return endpoint as unknown as Endpoint;
}
