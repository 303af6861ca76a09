import type { ResolvedWrite } from '#drizzle/schema/effect.ts';
import { classOf, qualityText } from '#runtime/batch/quality.ts';
import { evaluate, parseExpression } from '#runtime/graph/expression.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { type Reason, reason } from './reasons.ts';

/** A value in its tag's unit, with event or arrival time, whichever is older. */
export interface FreshValue {
  readonly value: number;
  readonly quality: number;
  readonly time: number;
}
export type Look = (tagId: number, maxAge: number) => Promise<FreshValue | undefined>;

/**
 * Checks what the graph checked once more, with values of now. Undefined = all conditions hold. A value that is missing, bad or too old is
 * a refusal of its own: an interlock that cannot be judged does not hold.
 */
export async function checkPreconditions(conditions: ResolvedWrite['preconditions'], look: Look): Promise<Reason | undefined> {
  for (const condition of conditions) {
    const parsed = parseExpression(condition.expression);
    if (!parsed.ok) return reason('interlock-unreadable', { condition: condition.expression }, parsed.message.en);
    const values: Record<string, number> = {};
    const qualities: Record<string, number> = {};
    const seen: string[] = [];
    for (const [name, { tagId, gain, offset }] of Object.entries(condition.values)) {
      const found = await look(tagId, condition.maxAge);
      if (!found) return reason('no-value', { name });
      const age = steadyClock.now() - found.time;
      if (age > condition.maxAge)
        return reason('stale-value', { name, age: Math.round(age / 100) / 10, limit: condition.maxAge / 1000 });
      if (classOf(found.quality) === 'bad' && !parsed.handled.includes(name)) {
        return reason('bad-value', { name, quality: qualityText(found.quality) });
      }
      values[name] = found.value * gain + offset;
      qualities[name] = found.quality;
      seen.push(`${name} = ${Number(values[name].toPrecision(6))}`);
    }
    let holds: boolean;
    try {
      holds = evaluate(parsed.ast, values, qualities) === true;
    } catch (error) {
      return reason('interlock-unreadable', { condition: condition.expression }, (error as Error).message);
    }
    if (!holds) return reason('interlock', { condition: condition.expression, seen: seen.join(', ') });
  }
  return undefined;
}
