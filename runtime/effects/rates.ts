import { sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';

/** A bucket that several processes share: `perMinute` on average, at most `burst` at once. */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

/**
 * Takes up to `wanted` tokens by the database's clock and gives how many there were. Never blocks for longer than the row's lock; a clock that is
 * set back gives nothing for a while and takes nothing away.
 */
export async function takeTokens(db: Tx, orgId: string, name: string, wanted: number, rate: Rate): Promise<number> {
  const whole = sql`least(${wanted}::int, floor(least(${rate.burst}, old.tokens + (new.at - old.at) * ${rate.perMinute / 60_000}))::int)`;
  const full = sql`least(${rate.burst}, b.tokens + greatest(0, excluded.at - b.at) * ${rate.perMinute / 60_000})`;
  const [row] = await db.execute<{ taken: number }>(sql`
    insert into rate_bucket as b (org_id, name, tokens, at)
    values (${orgId}, ${name}, ${Math.max(0, rate.burst - wanted)}, extract(epoch from clock_timestamp()) * 1000)
    on conflict (org_id, name) do update set
      tokens = ${full} - least(${wanted}::int, floor(${full})::int),
      at = greatest(b.at, excluded.at)
    returning coalesce(${whole}, least(${wanted}::int, ${Math.floor(rate.burst)}::int)) as taken`);
  return row?.taken ?? 0;
}

/** How long until one more token is there, ms. */
export const pauseOf = (rate: Rate): number => Math.ceil(60_000 / rate.perMinute);

/** The same within one process, for what one process alone does: writes over one connection. First come, first served. */
export class Pace {
  readonly #rate: Rate;
  #tokens: number;
  #at = performance.now();
  #tail: Promise<unknown> = Promise.resolve();
  constructor(rate: Rate) {
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Waits for its turn; false when that would be after `deadline` (epoch ms). */
  turn(deadline: number): Promise<boolean> {
    const mine = this.#tail.then(() => this.#take(deadline));
    this.#tail = mine;
    return mine;
  }

  async #take(deadline: number): Promise<boolean> {
    for (;;) {
      const now = performance.now();
      const perMs = this.#rate.perMinute / 60_000;
      this.#tokens = Math.min(this.#rate.burst, this.#tokens + (now - this.#at) * perMs);
      this.#at = now;
      if (this.#tokens >= 1) {
        this.#tokens -= 1;
        return true;
      }
      const wait = (1 - this.#tokens) / perMs;
      if (Date.now() + wait > deadline) return false;
      await new Promise((r) => setTimeout(r, wait));
    }
  }
}
