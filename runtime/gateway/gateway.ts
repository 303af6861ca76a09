import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { and, eq, inArray, isNotNull, notInArray, sql as raw } from 'drizzle-orm';
import type { Logger } from 'pino';
import { connectors } from '#blocks/connectors/index.ts';
import { messageOf } from '#blocks/sdk/connector.ts';
import { openDatabase } from '#drizzle/client.ts';
import type { ConnectionStatus } from '#drizzle/schema/connection.ts';
import { connection, tag } from '#drizzle/schema/index.ts';
import { reason } from '#runtime/effects/reasons.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { type Listener, openListener, openNotifier } from '#runtime/log/notify.ts';
import { LaneFencedError, openScanWriter, type ScanWriter } from '#runtime/log/scan-writer.ts';
import { assignLanes } from '#runtime/samples/lanes.ts';
import type { TagRow } from '#runtime/samples/scale.ts';
import { Inbound } from './inbound.ts';
import {
  Doubts,
  doubtfulLeases,
  endFrozenHolder,
  holdLiveness,
  LEASE_MS,
  RENEW_MS,
  releaseLease,
  renewAndClaim,
} from './leases.ts';
import { Pump } from './pump.ts';
import { answerRequests, type PerformCommand } from './requests.ts';
import { sameVerdict } from './status.ts';
import { type ConnectionRow, SupervisedConnection, type Surroundings } from './supervised.ts';
import { TagWrites } from './writes.ts';

export interface GatewayOptions {
  readonly url: string;
  readonly dataFolder: string;
  readonly masterKey: string;
  readonly log: Logger;
  /** Unique over all gateways: who holds a connection. */
  readonly name: string;
  /** Pauses of a failing connection start here, ms. */
  readonly firstPauseMs?: number;
  readonly spoolLimit?: number;
  /** Where web processes reach it; this machine alone when absent. */
  readonly inboundHost?: string | undefined;
}

interface Held {
  readonly supervised: SupervisedConnection;
  readonly config: string;
  tags: string;
  status: ConnectionStatus | undefined;
  written: number;
}
/** Changes without a wake-up are found after this long. */
const LOOK_MS = 2000;
const STATUS_MS = 1000;
/** A status that stays the same is refreshed this often, for its age and rate. */
const STATUS_REFRESH_MS = 5000;
/** A lost wake-up costs a write this much of its time to act. */
const WRITES_MS = 1000;

/** Holds connections: leases them, supervises each, brings their samples to the log, answers requests and performs writes. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #database: ReturnType<typeof openDatabase>;
  readonly #around: Surroundings;
  readonly #notifier: ReturnType<typeof openNotifier>;
  readonly #listener: Listener;
  readonly #held = new Map<string, Held>();
  readonly #lanes = new Map<ScanWriter, Set<number>>();
  readonly #writes: TagWrites;
  readonly #inbound: Inbound;
  #inboundAddress: string | undefined;
  readonly #alive: ReturnType<typeof holdLiveness>;
  readonly #timers: NodeJS.Timeout[];
  #writer: Promise<ScanWriter> | undefined;
  #leased = new Set<string>();
  #leaseUntil = 0;
  #records = 0;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #renewing = false;
  #stopped = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    const { url, dataFolder, masterKey, log } = options;
    this.#database = openDatabase(url, { max: 6, name: `millwright gateway ${options.name}` });
    const { db } = this.#database;
    this.#inbound = new Inbound(options.inboundHost);
    this.#inbound.address.then(
      (address) => {
        this.#inboundAddress = address;
      },
      (error) => log.error({ error: messageOf(error) }, 'nobody can send to connections: the address cannot be listened at'),
    );
    this.#around = {
      db,
      log,
      dataFolder,
      masterKey,
      blobs: openBlobStore(dataFolder),
      inbound: this.#inbound,
      firstPauseMs: options.firstPauseMs,
    };
    this.#notifier = openNotifier(url, { name: 'gateway notify' });
    this.#writes = new TagWrites({
      db,
      log,
      holding: () => (this.#mayAct() ? [...this.#held.values()].map((held) => held.supervised) : []),
    });
    this.#listener = openListener(url, ['connections', 'effects'], (channel, payload) => this.#told(channel, payload), {
      name: 'gateway listen',
    });
    this.#alive = holdLiveness(url, options.name);
    this.#timers = [
      setInterval(() => void this.#renew(), RENEW_MS),
      setInterval(() => this.look(), LOOK_MS),
      setInterval(() => void this.#report(), STATUS_MS),
      setInterval(() => this.#writes.wake(), WRITES_MS),
    ];
    void this.#renew();
  }

  /** Writes to machines need a lease that surely still holds. */
  #mayAct(): boolean {
    return performance.now() < this.#leaseUntil;
  }

  async #command(...[asked, supervised]: Parameters<PerformCommand>): ReturnType<PerformCommand> {
    if (this.#mayAct()) return this.#writes.command(asked, supervised);
    const cause = { en: 'the gateway just lost its lease.', zh: '网关刚失去租约。' };
    return { ok: false, ...reason('no-connection', { cause }) };
  }

  #told(channel: string, payload: string): void {
    if (channel === 'effects') {
      this.#writes.wake();
      return;
    }
    const ids = payload.split(',').filter((part) => /^[0-9a-f]{8}-/.test(part));
    // status notifications carry organization ids: they are for screens
    if (payload !== '' && ids.length === 0) return;
    for (const id of ids) this.#held.get(id)?.supervised.kick();
    void this.#renew();
    this.look();
  }

  readonly #doubts = new Doubts();
  async #renew(): Promise<void> {
    if (this.#renewing || this.#stopped) return;
    this.#renewing = true;
    try {
      const doubted = this.#doubts.note(await doubtfulLeases(this.#database.sql));
      const asked = performance.now();
      const leased = await renewAndClaim(this.#database.sql, this.#options.name, doubted);
      this.#leaseUntil = asked + LEASE_MS - 500; // the database's clock began a moment after we asked
      const changed = leased.size !== this.#leased.size || [...leased].some((id) => !this.#leased.has(id));
      this.#leased = leased;
      if (changed) this.look();
    } catch (error) {
      this.#options.log.debug({ error: messageOf(error) }, 'leases not renewed'); // the database is away: sources go on, samples are spooled
    } finally {
      this.#renewing = false;
    }
  }

  /** Brings what is held in line with the tables. */
  look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookNow(): Promise<void> {
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      try {
        await this.#reconcile();
        const command: PerformCommand = (asked, supervised) => this.#command(asked, supervised);
        await answerRequests({ db: this.#database.db, log: this.#options.log, command }, this.#held);
      } catch (error) {
        this.#options.log.debug({ error: messageOf(error) }, 'tables not read');
      }
    }
  }

  async #reconcile(): Promise<void> {
    const { db } = this.#database;
    const leased = [...this.#leased];
    for (const id of this.#held.keys()) if (!this.#leased.has(id)) await this.#drop(id, 'lease is over or connection is off');
    await this.#tellOff();
    if (leased.length === 0) return;
    const rows = await db.select().from(connection).where(inArray(connection.id, leased));
    const marks = await db
      .select({
        id: tag.connectionId,
        mark: raw<string>`count(*) || ' ' || coalesce(max(${tag.updatedAt})::text, '') || ' ' || count(${tag.laneId})`,
      })
      .from(tag)
      .where(inArray(tag.connectionId, leased))
      .groupBy(tag.connectionId);
    const markOf = new Map(marks.map(({ id, mark }) => [id, mark]));
    for (const row of rows) {
      const config = configMark(row);
      const tags = markOf.get(row.id) ?? '';
      const held = this.#held.get(row.id);
      if (held && held.config !== config) await this.#drop(row.id, 'settings changed');
      const now = this.#held.get(row.id);
      if (!now) await this.#take(row, config, tags);
      else if (now.tags !== tags) {
        now.tags = tags;
        now.supervised.setTags(await this.#tagsOf(row));
      }
    }
  }

  /** What was switched off, and let go by now, says so and is free. */
  async #tellOff(): Promise<void> {
    const status: ConnectionStatus = { state: 'off', since: new Date().toISOString() };
    const off = await this.#database.db
      .update(connection)
      .set({ status, holder: null, leaseUntil: null })
      .where(
        and(
          eq(connection.enabled, false),
          eq(connection.holder, this.#options.name),
          this.#held.size > 0 ? notInArray(connection.id, [...this.#held.keys()]) : undefined,
        ),
      )
      .returning({ orgId: connection.orgId });
    for (const { orgId } of off) this.#notifier.tell('connections', orgId);
  }

  async #tagsOf(row: ConnectionRow): Promise<TagRow[]> {
    const { db } = this.#database;
    const rows = await db
      .select()
      .from(tag)
      .where(and(eq(tag.orgId, row.orgId), eq(tag.connectionId, row.id), isNotNull(tag.address)));
    return assignLanes(db, row.orgId, row.id, rows);
  }

  async #take(row: ConnectionRow, config: string, tags: string): Promise<void> {
    const connector = connectors.get(row.connector);
    const { log } = this.#options;
    if (!connector) {
      await this.#write(row.id, row.orgId, {
        state: 'failed',
        part: 'session',
        code: 'connector.unknown',
        reason: `There is no connector “${row.connector}”. Known: ${[...connectors.keys()].join(', ')}.`,
        since: new Date().toISOString(),
      });
      return;
    }
    const tagRows = await this.#tagsOf(row);
    const pump = await Pump.open({
      folder: join(this.#options.dataFolder, 'spool', row.id),
      writer: () => this.#openWriter(),
      hold: (writer, lane) => this.#hold(writer, row.id, lane),
      appended: (lanes, records) => {
        this.#records += records;
        this.#notifier.lanes(lanes);
      },
      lost: (tagIds, since) => this.#held.get(row.id)?.supervised.markLost(tagIds, since),
      fenced: (error) => {
        log.warn({ connection: row.id, error: error.message }, 'the log refuses this writer; letting go');
        this.#leased.delete(row.id);
        this.look();
      },
      spoolLimit: this.#options.spoolLimit,
    });
    const supervised = new SupervisedConnection(row, tagRows, connector, pump, this.#around);
    this.#held.set(row.id, { supervised, config, tags, status: undefined, written: 0 });
    log.info({ connection: row.id, connector: row.connector, tags: tagRows.length }, 'connection taken');
  }

  #openWriter(): Promise<ScanWriter> {
    this.#writer ??= openScanWriter(this.#options.url, [], { name: `gateway ${this.#options.name}` }).catch((error) => {
      this.#writer = undefined;
      throw error;
    });
    return this.#writer;
  }

  async #hold(writer: ScanWriter, connectionId: string, lane: number): Promise<void> {
    const held = this.#lanes.get(writer) ?? new Set();
    this.#lanes.set(writer, held);
    if (held.has(lane)) return;
    try {
      await writer.hold(lane);
    } catch (error) {
      if (!(error instanceof LaneFencedError)) throw error;
      await endFrozenHolder(this.#database.sql, this.#options.name, connectionId, lane);
      await writer.hold(lane);
    }
    held.add(lane);
  }

  async #drop(id: string, why: string): Promise<void> {
    const held = this.#held.get(id);
    if (!held) return;
    this.#held.delete(id);
    await held.supervised.close();
    const writer = await this.#writer?.catch(() => undefined);
    const lanes = new Set(held.supervised.tags.map((one) => one.laneId));
    for (const lane of lanes) {
      if (lane === null || !writer || !this.#lanes.get(writer)?.delete(lane)) continue;
      await writer.release(lane).catch(() => {});
    }
    this.#options.log.info({ connection: id, why }, 'connection let go');
  }

  async #report(): Promise<void> {
    const now = performance.now();
    for (const [id, held] of [...this.#held]) {
      const { supervised } = held;
      const facts = supervised.facts();
      const verdict = supervised.verdict();
      const changed =
        !sameVerdict(held.status, verdict) || JSON.stringify(held.status?.devices ?? {}) !== JSON.stringify(facts.devices);
      if (!changed && now - held.written < STATUS_REFRESH_MS) continue;
      if (held.status?.state !== verdict.state) supervised.stateChanged();
      const status: ConnectionStatus = {
        ...verdict,
        since: supervised.since,
        ...(facts.newest === undefined ? {} : { lastValueAt: new Date(facts.newest).toISOString() }),
        samplesPerSecond: facts.samplesPerSecond,
        ...(facts.clockAheadMs === undefined ? {} : { clockAheadMs: Math.round(facts.clockAheadMs) }),
        ...(Object.keys(facts.devices).length > 0 ? { devices: facts.devices } : {}),
      };
      try {
        await this.#write(id, supervised.row.orgId, status);
        held.status = status;
        held.written = now;
      } catch (error) {
        this.#options.log.debug({ connection: id, error: messageOf(error) }, 'status not written');
        return;
      }
    }
  }

  async #write(id: string, orgId: string, status: ConnectionStatus): Promise<void> {
    await this.#database.db
      .update(connection)
      .set({ status })
      .where(and(eq(connection.id, id), eq(connection.holder, this.#options.name)));
    this.#notifier.tell('connections', orgId);
  }

  facts(): Record<string, unknown> {
    const all = [...this.#held.values()].map((held) => held.supervised);
    const states = Object.groupBy(all, (one) => one.verdict().state);
    return {
      gateway: this.#options.name,
      ...(this.#inboundAddress ? { inbound: this.#inboundAddress } : {}),
      connections: all.length,
      states: Object.fromEntries(Object.entries(states).map(([state, some]) => [state, some?.length ?? 0])),
      spoolBytes: all.reduce((sum, one) => sum + one.pump.spoolBytes, 0),
      waitingEntries: all.reduce((sum, one) => sum + one.pump.waiting, 0),
      logAway: all.some((one) => one.pump.away),
      records: this.#records,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#listener.close();
    await this.#alive.close();
    await this.#writes.stop();
    await this.#looking;
    await Promise.all([...this.#held.keys()].map((id) => this.#drop(id, 'stopping')));
    for (const id of this.#leased) await releaseLease(this.#database.sql, this.#options.name, id).catch(() => {});
    this.#notifier.tell('connections', '');
    await this.#notifier.close();
    await this.#inbound.close();
    await this.#writer?.then((writer) => writer.close()).catch(() => {});
    await this.#database.close();
  }
}

/** What makes a new session necessary when it changes; tags and status do not. */
function configMark(row: ConnectionRow): string {
  const facts = [row.connector, row.settings, row.secretId, row.simulated, row.orgId, row.enabled];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64');
}
