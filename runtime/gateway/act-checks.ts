import { and, eq } from 'drizzle-orm';
import type { Session } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { installation, instance, latest, tag } from '#drizzle/schema/index.ts';
import { leasedByOther } from '#runtime/effects/control-leases.ts';
import type { FreshValue } from '#runtime/effects/interlock.ts';
import type { Effect } from '#runtime/effects/outbox.ts';
import { Pace } from '#runtime/effects/rates.ts';
import { type Reason, reason } from '#runtime/effects/reasons.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { fromRaw, type TagRow } from '#runtime/samples/scale.ts';
import { type Outcome, refused } from './attempt.ts';
import type { SupervisedConnection } from './supervised.ts';

/** No tag is written more often than this on average: a graph that oscillates must not wear out a valve. */
const MOST_WRITES = 10;
const RATE_WINDOW_MS = 10_000;
/** Writes of one connection: a slow serial line behind a gateway must still be read. Who is over it waits for its turn, until its deadline. */
const CONNECTION_RATE = { perMinute: 1_200, burst: 20 };

/** What must be true before a machine is acted on, judged with what is true now. Holds what one gateway counts: writes of tags and of connections. */
export class ActChecks {
  readonly #db: Db;
  readonly #holding: () => readonly SupervisedConnection[];
  readonly #recent = new Map<number, number[]>();
  readonly #paces = new Map<string, Pace>();

  constructor(db: Db, holding: () => readonly SupervisedConnection[]) {
    this.#db = db;
    this.#holding = holding;
  }

  /** The tag as it is now, of its own organization; absent when it is gone or has no address. */
  async tagOf(orgId: string, tagId: number): Promise<(TagRow & { readonly address: string }) | undefined> {
    const [row] = await this.#db
      .select()
      .from(tag)
      .where(and(eq(tag.id, tagId), eq(tag.orgId, orgId)));
    return row?.address ? { ...row, address: row.address } : undefined;
  }

  /** The grant may have been taken back, and the instance stopped, since the effect was committed. */
  async allowed(effect: Effect, capability: string): Promise<Outcome | undefined> {
    const [row] = await this.#db
      .select({ grants: installation.grants, wanted: instance.wanted })
      .from(instance)
      .innerJoin(installation, eq(installation.id, instance.installationId))
      .where(and(eq(instance.id, effect.instanceId), eq(instance.orgId, effect.orgId)));
    if (!row) return refused(reason('app-gone'));
    if (row.wanted !== 'run') return refused(reason('app-stopped'));
    if (!row.grants.some((grant) => grant.capability === capability)) return refused(reason('not-granted', { capability }));
    return undefined;
  }

  leased(orgId: string, tags: readonly TagRow[], instanceId: string | undefined): Promise<Reason | undefined> {
    return leasedByOther(this.#db, orgId, tags, instanceId);
  }

  /** Waits for the connection's turn; false when that would be after the deadline. */
  turn(connectionId: string, deadline: number): Promise<boolean> {
    const pace = this.#paces.get(connectionId) ?? new Pace(CONNECTION_RATE);
    this.#paces.set(connectionId, pace);
    return pace.turn(deadline);
  }

  tooOften(tagId: number): Outcome | undefined {
    const since = performance.now() - RATE_WINDOW_MS;
    const recent = (this.#recent.get(tagId) ?? []).filter((at) => at > since);
    this.#recent.set(tagId, recent);
    if (recent.length < MOST_WRITES) return undefined;
    return refused(reason('too-often', { count: recent.length, seconds: RATE_WINDOW_MS / 1000 }));
  }
  count(tagId: number): void {
    this.#recent.set(tagId, [...(this.#recent.get(tagId) ?? []), performance.now()]);
  }

  /** Asked of the device where it is on the same connection; else the newest value that reached a gateway or the historian. */
  async look(
    tagId: number,
    maxAge: number,
    orgId: string,
    own: SupervisedConnection,
    session: Session,
  ): Promise<FreshValue | undefined> {
    const row = own.tag(tagId);
    if (row?.address) {
      const [read] = await session.read([{ address: row.address, type: row.type }]);
      const value = read?.error ? undefined : fromRaw(read?.value, row);
      if (own.asksDevice) {
        // a device that answered holds this now, however long it has held it; one that did not is not believed for what it said before
        return value === undefined ? undefined : { value, quality: read?.quality ?? 0x80, time: steadyClock.now() };
      }
      if (read && value !== undefined) return { value, quality: read.quality, time: read.time };
    }
    const holder = this.#holding().find((one) => one.row.orgId === orgId && one.tag(tagId));
    const known = holder?.newest(tagId);
    if (known && steadyClock.now() - known.arrived <= maxAge)
      return { value: known.row.value, quality: known.row.quality, time: known.arrived };
    const [stored] = await this.#db
      .select()
      .from(latest)
      .where(and(eq(latest.tagId, tagId), eq(latest.orgId, orgId)));
    return stored?.value == null ? undefined : { value: stored.value, quality: stored.quality, time: Number(stored.time) };
  }
}

/** Is the tag for writing, and the value within its limits? */
export function outsideTag(row: TagRow, value: number): Outcome | undefined {
  if (row.access !== 'rw') return refused(reason('not-writable', { tag: row.name }));
  const { low, high } = row;
  if ((low !== null && value < low) || (high !== null && value > high))
    return refused(reason('out-of-limits', { value, unit: row.unit ?? '', tag: row.name, low: low ?? '−∞', high: high ?? '∞' }));
  return undefined;
}
