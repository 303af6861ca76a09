import { randomUUID } from 'node:crypto';
import { type AppError, asAppError } from '../errors.ts';
import { log } from '../log.ts';

/** An error as RFC 9457 `application/problem+json`: English, with the stable code in `type` and as `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly { readonly path: string; readonly detail: string }[];
}

export function problemResponse(error: unknown, path: string, headers: Readonly<Record<string, string>> = {}): Response {
  const reference = randomUUID().slice(0, 8);
  const known = asAppError(error, reference);
  if (known.facts.family !== 'user') log.error({ err: error, path, reference, code: known.facts.code }, 'request failed');
  const problem = asProblem(known);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

function asProblem({ facts }: AppError): Problem {
  return {
    type: `urn:millwright:problem:${facts.code}`,
    title: TITLES[facts.status] ?? 'Error',
    status: facts.status,
    detail: facts.message.en,
    code: facts.code,
    ...(facts.fields?.length ? { errors: facts.fields.map((field) => ({ path: field.path, detail: field.message.en })) } : {}),
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};
