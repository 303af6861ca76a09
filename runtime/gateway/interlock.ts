import type { ResolvedWrite } from '#drizzle/schema/app.ts';
import { classOf, qualityText } from '#runtime/batch/quality.ts';
import { evaluate, parseExpression } from '#runtime/graph/expression.ts';

export type Refusal = { readonly code: string; readonly reason: string };
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
export async function checkPreconditions(conditions: ResolvedWrite['preconditions'], look: Look): Promise<Refusal | undefined> {
  for (const condition of conditions) {
    const parsed = parseExpression(condition.expression);
    if (!parsed.ok)
      return { code: 'interlock', reason: `The condition “${condition.expression}” cannot be read: ${parsed.message.en}` };
    const values: Record<string, number> = {};
    const qualities: Record<string, number> = {};
    const seen: string[] = [];
    for (const [name, { tagId, gain, offset }] of Object.entries(condition.values)) {
      const found = await look(tagId, condition.maxAge);
      const age = found ? Date.now() - found.time : Number.POSITIVE_INFINITY;
      const limit = condition.maxAge / 1000;
      if (!found || age > condition.maxAge) {
        return {
          code: 'stale-value',
          reason: found
            ? `${name} is ${Math.round(age / 100) / 10} s old; at most ${limit} s are allowed.`
            : `${name} has no value.`,
        };
      }
      if (classOf(found.quality) === 'bad' && !parsed.handled.includes(name)) {
        return { code: 'stale-value', reason: `${name} has no usable value now (${qualityText(found.quality)}).` };
      }
      values[name] = found.value * gain + offset;
      qualities[name] = found.quality;
      seen.push(`${name} = ${Number(values[name].toPrecision(6))}`);
    }
    let holds: boolean;
    try {
      holds = evaluate(parsed.ast, values, qualities) === true;
    } catch (error) {
      return { code: 'interlock', reason: `“${condition.expression}” cannot be judged: ${(error as Error).message}` };
    }
    if (!holds) return { code: 'interlock', reason: `“${condition.expression}” does not hold: ${seen.join(', ')}.` };
  }
  return undefined;
}
