import type { EffectOutcome } from '#drizzle/schema/app.ts';
import type { deadLetter } from '#drizzle/schema/index.ts';
import { sayReason } from '#runtime/effects/reasons.ts';
import type { Bilingual } from '#runtime/graph/document.ts';

/** What became of an effect, for a person: the sentence in both languages, never the English one of the logs. */
export interface SaidOutcome {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly code?: string;
  readonly reason?: Bilingual;
}

export function sayOutcome(answer: EffectOutcome | null): SaidOutcome | null {
  if (!answer) return null;
  const { ok, value, code } = answer;
  const reason = ok ? undefined : (sayReason(answer) ?? unknownReason(code));
  return {
    ok,
    ...(value === undefined ? {} : { value }),
    ...(code === undefined ? {} : { code }),
    ...(reason ? { reason } : {}),
  };
}
const unknownReason = (code = '–'): Bilingual => ({ en: `It was not done (${code}).`, zh: `未执行（${code}）。` });

/** What a program may run into (`runtime/sandbox/sandbox-error.ts`). */
const FAILURES: Readonly<Record<string, Bilingual>> = {
  TIMEOUT: { en: 'The block worked longer than its time limit.', zh: '积木运行超过时间上限。' },
  MEMORY: { en: 'The block needed more memory than its limit.', zh: '积木占用内存超过上限。' },
  THREW: { en: 'The block failed with an error.', zh: '积木运行出错。' },
  OUTPUT_LIMIT: { en: 'The block gave more rows, actions or bytes than allowed.', zh: '积木输出的行、动作或字节超过上限。' },
  OUTPUT_KIND: { en: 'The block gave something that cannot be passed on.', zh: '积木输出了无法传递的内容。' },
};

/** Why a record was set aside; `detail` is what the program itself said, where it said anything of its own. */
export function sayLetter({ reason, laneId }: Pick<typeof deadLetter.$inferSelect, 'reason' | 'laneId'>): {
  readonly reason: Bilingual;
  readonly detail: string | null;
} {
  const [, code = '', rest = ''] = laneId === null ? [] : (/^([A-Z_]+): (.*)$/s.exec(reason) ?? []);
  const known = FAILURES[code];
  if (known) return { reason: known, detail: code === 'THREW' ? rest : null };
  // a row that a block refused by throwing: its text is the block's
  return { reason: { en: 'The block refused the record.', zh: '积木拒绝了该记录。' }, detail: reason };
}
