import type { ControlEntry } from '#runtime/log/contract.ts';
import type { EventRule } from './contract.ts';

/** What happened, whatever kind of entry says it: the columns of `source.event`. */
export interface ToldEvent {
  readonly id: string;
  /** `alarm`, `audit`, `record:order`, or the name that its sender gave. */
  readonly kind: string;
  readonly subject: string;
  /** Code of the asset that it is about, '' = none. */
  readonly asset: string;
  /** Event time, epoch ms. */
  readonly time: number;
  readonly action: string;
  readonly state: string;
  readonly value?: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Undefined for entries that are said to one app alone: forms, answers, ticks. */
export function toldBy({ at, event }: ControlEntry): ToldEvent | undefined {
  if (event.type === 'event') {
    const { type: _, about, ...told } = event;
    return { ...told, asset: about };
  }
  if (event.type !== 'record') return undefined;
  const { record, id, code, version, transition, state, data, by } = event;
  const asset = typeof data.asset === 'string' ? data.asset : '';
  return {
    id: `${id}:${version}`,
    kind: `record:${record}`,
    subject: code,
    asset,
    time: at,
    action: transition,
    state,
    data: { version, from: event.from, by, data },
  };
}

/** Does the source take it? `key`: code of the asset that the app runs on. */
export const takes = (rule: EventRule, told: ToldEvent, key: string): boolean =>
  rule.kinds.some((kind) => kind === told.kind || told.kind.startsWith(`${kind}:`)) &&
  (!rule.own || told.asset === key) &&
  fits(rule.subject, told.subject);

/** `*` stands for any text; upper and lower case are different. */
export function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
