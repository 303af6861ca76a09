import { TRPCClientError } from '@trpc/client';
import type { ErrorFacts } from '#server/errors.ts';

/** What a screen shows of an error: the server's own sentence in the reader's language, or that the server is out of reach. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Problem by input field, to be shown at the field. */
  readonly fields: Readonly<Record<string, string>>;
}

const UNREACHABLE = {
  en: 'The server does not answer. The page keeps trying; check the network if it lasts.',
  zh: '服务器没有响应。页面会继续重试；若持续如此，请检查网络。',
} as const;

export function readFailure(error: unknown, locale: string): Failure {
  const language = locale.startsWith('zh') ? 'zh' : 'en';
  const facts = error instanceof TRPCClientError ? (error.data as Partial<ErrorFacts> | null) : null;
  if (facts?.code && facts.message) {
    const fields = Object.fromEntries((facts.fields ?? []).map((field) => [field.path, field.message[language]]));
    return { code: facts.code, message: facts.message[language], fields };
  }
  return { code: 'client.unreachable', message: UNREACHABLE[language], fields: {} };
}
