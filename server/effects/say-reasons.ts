import type { EffectOutcome } from '#drizzle/schema/effect.ts';
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

const KINDS: Readonly<Record<string, Bilingual>> = {
  number: { en: 'a number', zh: '数值' },
  integer: { en: 'a whole number', zh: '整数' },
  boolean: { en: 'on or off', zh: '开关量' },
  text: { en: 'a text', zh: '文本' },
  wave: { en: 'a waveform', zh: '波形' },
  time: { en: 'a time', zh: '时间' },
};
const kind = (name: string): Bilingual => KINDS[name] ?? { en: name, zh: name };

/** Why a record was set aside; `detail` is what the program itself said, where it said anything of its own. */
export function sayLetter({ reason, laneId }: Pick<typeof deadLetter.$inferSelect, 'reason' | 'laneId'>): {
  readonly reason: Bilingual;
  readonly detail: string | null;
} {
  const [, code = '', rest = ''] = laneId === null ? [] : (/^([A-Z_]+): (.*)$/s.exec(reason) ?? []);
  // values that did not fit their source (`runtime/step/misfits.ts`)
  const [, needed, came, count, value = ''] = /^SCHEMA (\w+) (\w+) (\d+): (.*)$/s.exec(reason) ?? [];
  if (needed !== undefined && came !== undefined) {
    const [a, b] = [kind(needed), kind(came)];
    const more = Number(count) > 1;
    return {
      reason: {
        en: `The source takes ${a.en}, and ${b.en} came${more ? `, ${count} times` : ''}. It was not used.`,
        zh: `该源需要${a.zh}，收到的是${b.zh}${more ? `（${count} 次）` : ''}，未采用。`,
      },
      detail: value === '' ? null : value,
    };
  }
  const known = FAILURES[code];
  if (known) return { reason: known, detail: code === 'THREW' ? rest : null };
  // a row that a block refused by throwing: its text is the block's
  return { reason: { en: 'The block refused the record.', zh: '积木拒绝了该记录。' }, detail: reason };
}
