import type { Reason } from '#drizzle/schema/reason.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { SandboxError, type SandboxErrorCode } from '#runtime/sandbox/sandbox-error.ts';

interface Where {
  readonly node?: string | undefined;
  readonly line?: number | undefined;
}

/** Why an instance does not run; `code` is stable, `node` and `line` lead to the place. */
export class InstanceProblem extends Error {
  readonly code: string;
  readonly words: Bilingual;
  readonly node?: string;
  readonly line?: number;
  constructor(code: string, words: Bilingual, where: Where = {}) {
    super(words.en);
    this.name = 'InstanceProblem';
    this.code = code;
    this.words = words;
    if (where.node) this.node = where.node;
    if (where.line !== undefined) this.line = where.line;
  }
  get reason(): Reason {
    return {
      code: this.code,
      message: this.words.en,
      zh: this.words.zh,
      ...(this.node ? { node: this.node } : {}),
      ...(this.line === undefined ? {} : { line: this.line }),
    };
  }
}

/** How a program's end is told; what follows is the program's or V8's own sentence. */
const ENDS: Readonly<Record<SandboxErrorCode, Bilingual>> = {
  TIMEOUT: { en: 'The program takes too long', zh: '程序运行超时' },
  MEMORY: { en: 'The program needs too much memory', zh: '程序占用内存过多' },
  THREW: { en: 'The program failed', zh: '程序出错' },
  OUTPUT_LIMIT: { en: 'The program gives too much at once', zh: '程序一次输出过多' },
  OUTPUT_KIND: { en: 'The program gives a value that cannot be taken', zh: '程序给出了无法接受的值' },
  BAD_PROGRAM: { en: 'The program cannot be started', zh: '程序无法启动' },
  STUCK: { en: 'The program cannot be interrupted', zh: '程序无法中断' },
  DISPOSED: { en: 'The program was ended', zh: '程序已结束' },
};

export function programProblem(error: SandboxError): InstanceProblem {
  const { en, zh } = ENDS[error.code];
  return new InstanceProblem(
    `PROGRAM_${error.code}`,
    { en: `${en}: ${error.message}`, zh: `${zh}：${error.message}` },
    { node: error.node, line: error.line },
  );
}

/** What nobody foresaw. The instance says it; the stack is in the log. */
export function unforeseen(error: unknown): InstanceProblem {
  const message = error instanceof Error ? error.message : String(error);
  return new InstanceProblem('INTERNAL', {
    en: `The platform could not start the app: ${message}`,
    zh: `平台未能启动该应用：${message}`,
  });
}

/** What stops an instance for good, as opposed to the database being away. */
export function asProblem(error: unknown): InstanceProblem | undefined {
  if (error instanceof InstanceProblem) return error;
  return error instanceof SandboxError ? programProblem(error) : undefined;
}
