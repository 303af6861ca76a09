import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import type { $ZodIssue } from 'zod/v4/core';
import type { Bilingual } from '#runtime/graph/document.ts';

/** Who can mend it: the person who asked, the operator of this platform, or the makers of the product (or of an app). */
export type ErrorFamily = 'user' | 'operator' | 'developer';

const STATUS = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
} as const;
export type ErrorStatus = keyof typeof STATUS;

export interface ErrorDefinition {
  readonly family: ErrorFamily;
  readonly status: ErrorStatus;
  /** What is wrong and what would be right; `{name}` stands for a parameter. */
  readonly en: string;
  readonly zh: string;
}

/** A part of a sentence: the same in both languages, or one for each. */
export type ErrorPart = string | number | { readonly en: string; readonly zh: string };
type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Parts<T extends string> = [Names<T>] extends [never] ? [parts?: undefined] : [parts: Readonly<Record<Names<T>, ErrorPart>>];

/** What travels to screens and answers. */
export interface ErrorFacts {
  readonly code: string;
  readonly family: ErrorFamily;
  readonly status: ErrorStatus;
  readonly message: { readonly en: string; readonly zh: string };
  /** Where in the input, when the input was wrong. */
  readonly fields?: readonly { readonly path: string; readonly message: { readonly en: string; readonly zh: string } }[];
}

/** An error with a stable code and a sentence in both languages. Made by the function that `defineErrors` returns. */
export class AppError extends TRPCError {
  readonly facts: ErrorFacts;
  constructor(facts: ErrorFacts, cause?: unknown) {
    super({ code: STATUS[facts.status], message: facts.message.en, cause });
    this.name = 'AppError';
    this.facts = facts;
  }
}

/**
 * A feature's errors, declared beside it: `const failed = defineErrors({'plant.name-taken': {family, status, en, zh}})`, thrown as
 * `throw failed('plant.name-taken', { name })`. Both languages are required by the type, and so are the parameters.
 */
export function defineErrors<const T extends Readonly<Record<string, ErrorDefinition>>>(table: T) {
  const failed = <K extends keyof T & string>(code: K, ...[parts]: Parts<T[K]['en']>): AppError => {
    const definition: ErrorDefinition | undefined = table[code];
    if (!definition) throw new Error(`No error is defined as ${code}`);
    const { family, status, en, zh } = definition;
    return new AppError({ code, family, status, message: { en: fill(en, parts, 'en'), zh: fill(zh, parts, 'zh') } });
  };
  return Object.assign(failed, { table });
}

function fill(sentence: string, parts: Readonly<Record<string, ErrorPart>> | undefined, language: 'en' | 'zh'): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const part = parts?.[name];
    if (part === undefined) return whole;
    return typeof part === 'object' ? part[language] : String(part);
  });
}

/** Errors of the base, used by every feature. */
export const failed = defineErrors({
  'access.sign-in-needed': { family: 'user', status: 401, en: 'Sign in to go on.', zh: '请先登录。' },
  'access.no-organization': {
    family: 'user',
    status: 412,
    en: 'You are not a member of an organization yet. Create one, or accept an invitation.',
    zh: '您还不属于任何组织。请创建一个组织，或接受邀请。',
  },
  'access.forbidden': {
    family: 'user',
    status: 403,
    en: 'This needs one of the roles {roles}. Ask an owner or administrator of your organization.',
    zh: '此操作需要以下角色之一：{roles}。请联系本组织的所有者或管理员。',
  },
  'access.not-found': {
    family: 'user',
    status: 404,
    en: '{thing} was not found. It may have been removed, or belongs to another organization.',
    zh: '未找到{thing}。它可能已被删除，或属于其他组织。',
  },
  'input.invalid': { family: 'user', status: 400, en: 'The input is not valid. {what}', zh: '输入无效。{what}' },
  'platform.failed': {
    family: 'developer',
    status: 500,
    en: 'Something failed inside the platform. Nothing was changed. Reference for the log: {reference}',
    zh: '平台内部出错，未做任何更改。日志编号：{reference}',
  },
  'platform.database-away': {
    family: 'operator',
    status: 503,
    en: 'The database does not answer. The platform keeps trying; try again in a moment.',
    zh: '数据库没有响应。平台正在重试，请稍后再试。',
  },
});

/** `throw notFound('Tag', '位号')`: the same answer for what is absent and what belongs to another organization. */
export function notFound(en: string, zh: string): AppError {
  return failed('access.not-found', { thing: { en, zh } });
}

const english = z.locales.en().localeError;
const chinese = z.locales.zhCN().localeError;

/** Refused input, with each field's problem in both languages. */
export function invalidInput(issues: readonly $ZodIssue[]): AppError {
  const fields = issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: { en: say(issue, english), zh: say(issue, chinese) },
  }));
  const list = (language: 'en' | 'zh') =>
    fields.map((field) => (field.path ? `${field.path}: ` : '') + field.message[language]).join('; ');
  const whole = failed('input.invalid', { what: { en: list('en'), zh: list('zh') } });
  return new AppError({ ...whole.facts, fields });
}

/** zod has a sentence of its own per language; a rule written in the product carries `params: {en, zh}`. */
function say(issue: $ZodIssue, locale: typeof english): string {
  const own = issue.code === 'custom' ? (issue.params as Partial<Bilingual> | undefined) : undefined;
  const text = locale === english ? own?.en : own?.zh;
  if (text) return text;
  const said = locale(issue as Parameters<typeof english>[0]);
  return (typeof said === 'string' ? said : said?.message) ?? issue.message;
}

/** What any thrown thing becomes at the edge: known errors as they are, everything else without its inner words. */
export function asAppError(error: unknown, reference: string): AppError {
  const seen = new Set<unknown>();
  for (let at: unknown = error; at && !seen.has(at); at = (at as { cause?: unknown }).cause) {
    seen.add(at);
    if (at instanceof AppError) return at;
    if (at instanceof z.core.$ZodError) return invalidInput(at.issues);
    if (isDatabaseAway(at)) return failed('platform.database-away');
  }
  return failed('platform.failed', { reference });
}

/** Connection refused or lost, server starting up or shutting down (class 57P), too many connections. */
function isDatabaseAway(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(ECONNREFUSED|ENOENT|ECONNRESET|CONNECTION_\w+|CONNECT_TIMEOUT|57P0\d|53300)$/.test(code);
}
