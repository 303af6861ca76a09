import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import type { Logger } from 'pino';
import {
  type AnyConnector,
  type CertificateFacts,
  ConnectorError,
  type ConnectorHost,
  messageOf,
  type Sample,
  type Session,
  type SessionEvent,
  type TagRequest,
} from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { type connection, trustedCertificate } from '#drizzle/schema/index.ts';
import { openSecret } from '#drizzle/secrets.ts';
import { BAD, quality } from '#runtime/batch/quality.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { type LogRowValue, Packer } from '#runtime/samples/packer.ts';
import { type Row, type TagRow, toRow } from '#runtime/samples/scale.ts';
import { Backoff } from './backoff.ts';
import type { Pump } from './pump.ts';
import { type Facts, judge } from './status.ts';

export type ConnectionRow = typeof connection.$inferSelect;

export interface Surroundings {
  readonly db: Db;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly masterKey: string;
  readonly blobs: BlobStore;
  /** Pauses of a failing connection start here, ms. */
  readonly firstPauseMs?: number;
}

interface TagState {
  readonly row: TagRow;
  /** Arrival of the newest sample, or when watching began. */
  at: number;
  /** Newest row as it went to the log; absent while none came. */
  last?: Row;
}

const OPEN_LIMIT_MS = 30_000;
const SUBSCRIBE_LIMIT_MS = 30_000;
const CLOSE_LIMIT_MS = 5_000;
/** A session whose tags are all silent for this long is made anew: an open socket proves nothing. */
const SILENT_LIMIT_MS = 30_000;
const STALE = quality('bad', 'stale');
const LINK = quality('bad', 'link');

/** One connection: opens its session, again and again, gives its samples to the log, and knows how it stands. */
export class SupervisedConnection {
  readonly #around: Surroundings;
  readonly #connector: AnyConnector;
  readonly #pump: Pump;
  readonly #packer: Packer;
  readonly #host: ConnectorHost;
  readonly #log: Logger;
  #row: ConnectionRow;
  #tags = new Map<number, TagState>();
  #session: Session | undefined;
  #opened = Promise.withResolvers<void>();
  #failure: ConnectorError | undefined;
  #lost: ConnectorError | undefined;
  #devices: Record<string, { state: string; reason?: string }> = {};
  #addressErrors = new Map<number, { code: string; reason: string }>();
  #newest: number | undefined;
  #since = new Date().toISOString();
  #counted = 0;
  #rate = 0;
  #rateAt = Date.now();
  #stopped = false;
  #subscribeAgain = false;
  /** Ends the wait that the loop is in. */
  #nudge: () => void = () => {};
  readonly #run: Promise<void>;

  constructor(row: ConnectionRow, tags: readonly TagRow[], connector: AnyConnector, pump: Pump, around: Surroundings) {
    this.#row = row;
    this.#connector = connector;
    this.#pump = pump;
    this.#around = around;
    this.#log = around.log.child({ connection: row.id, connector: row.connector });
    this.#packer = new Packer(row.simulated ? 'simulated' : 'measured', (lane, entry, resendable) =>
      pump.push(lane, entry, resendable),
    );
    this.#host = {
      connectionId: row.id,
      folder: async () => {
        const folder = join(around.dataFolder, 'connections', row.id);
        await mkdir(folder, { recursive: true, mode: 0o700 });
        return folder;
      },
      log: (level, message, facts) => this.#log[level](facts ?? {}, message),
      event: (event) => this.#event(event),
      certificate: (facts) => this.#certificate(facts),
    };
    this.setTags(tags);
    this.#run = this.#supervise();
  }

  get row(): ConnectionRow {
    return this.#row;
  }
  get pump(): Pump {
    return this.#pump;
  }
  /** Does a read bring the device's value of now? */
  get asksDevice(): boolean {
    return this.#connector.manifest.reads === 'device';
  }
  get open(): boolean {
    return this.#session !== undefined;
  }
  tag(id: number): TagRow | undefined {
    return this.#tags.get(id)?.row;
  }
  get tags(): readonly TagRow[] {
    return [...this.#tags.values()].map((state) => state.row);
  }
  /** Newest row of a tag, in its own unit, with its arrival. */
  newest(id: number): { readonly row: Row; readonly arrived: number } | undefined {
    const state = this.#tags.get(id);
    return state?.last ? { row: state.last, arrived: state.at } : undefined;
  }

  setTags(tags: readonly TagRow[]): void {
    const now = Date.now();
    const before = this.#tags;
    this.#tags = new Map(
      tags.map((row) => {
        const known = before.get(row.id);
        return [row.id, known ? { ...known, row } : { row, at: now }];
      }),
    );
    this.#addressErrors.clear();
    for (const row of tags) {
      const check = this.#connector.checkAddress(row.address ?? '', row.type);
      if (!check.ok) this.#addressErrors.set(row.id, { code: check.code, reason: check.message.en });
    }
    this.#subscribeAgain = true;
    this.#nudge();
  }

  /** Someone changed something (trust, settings): try now rather than after the pause. */
  kick(): void {
    if (!this.#session) this.#nudge();
  }

  async #supervise(): Promise<void> {
    const backoff = new Backoff({ firstMs: this.#around.firstPauseMs });
    while (!this.#stopped) {
      this.#lost = undefined;
      const began = Date.now();
      try {
        await this.#open();
        await this.#serve();
      } catch (error) {
        this.#failure = asFailure(error);
        this.#log.warn({ part: this.#failure.part, code: this.#failure.code }, this.#failure.message);
      }
      await this.#closeSession();
      if (this.#stopped) return;
      if (this.#newest !== undefined && this.#newest > began && Date.now() - began > 10_000) backoff.reset();
      await this.#wait(backoff.next());
    }
  }

  async #open(): Promise<void> {
    const { settings, secrets } = this.#connector.manifest;
    const parsed = settings.safeParse(this.#row.settings);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new ConnectorError(
        'session',
        'settings.invalid',
        `Setting ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`,
      );
    }
    const plain = this.#row.secretId
      ? await openSecret(this.#around.db, this.#around.masterKey, this.#row.orgId, this.#row.secretId)
      : undefined;
    const opening = this.#connector.open(parsed.data, secrets.parse(plain ? JSON.parse(plain) : {}), this.#host);
    const session = await bounded(
      opening,
      OPEN_LIMIT_MS,
      'session.slow',
      'The device did not finish opening a session in 30 s.',
      (late) => late.close(),
    );
    if (this.#stopped) {
      await session.close();
      return;
    }
    this.#session = session;
    this.#failure = undefined;
    this.#subscribeAgain = true;
    this.#opened.resolve();
    this.#log.info('session open');
  }

  async #serve(): Promise<void> {
    const opened = Date.now();
    while (!this.#stopped && !this.#lost && this.#session) {
      if (this.#subscribeAgain) {
        this.#subscribeAgain = false;
        await bounded(
          this.#session.subscribe(this.#requests(), (samples, options) => this.#take(samples, options?.resendable === true)),
          SUBSCRIBE_LIMIT_MS,
          'session.slow',
          'The device did not finish the subscription in 30 s.',
        );
      }
      await this.#wait(250);
      this.#markStale();
      const expected = [...this.#tags.values()].filter((state) => !this.#addressErrors.has(state.row.id));
      const limit = Math.max(SILENT_LIMIT_MS, ...expected.map((state) => 3 * state.row.staleAfterMs));
      const alive = expected.some((state) => Date.now() - (state.last?.quality === STALE ? 0 : state.at) < limit);
      if (expected.length > 0 && !alive && Date.now() - opened > limit) {
        throw new ConnectorError(
          'data',
          'data.silent',
          `No value came for ${Math.round(limit / 1000)} s on an open connection; it is made anew.`,
        );
      }
    }
    if (this.#lost) throw this.#lost;
  }

  #requests(): TagRequest[] {
    return [...this.#tags.values()].flatMap(({ row }) =>
      row.address === null || this.#addressErrors.has(row.id)
        ? []
        : [
            {
              tagId: row.id,
              address: row.address,
              type: row.type,
              samplePeriodMs: row.samplePeriodMs,
              confirmMs: Math.max(row.samplePeriodMs, row.staleAfterMs / 2),
            },
          ],
    );
  }

  /** Samples of the session, or of this supervision itself, to the log. */
  async #take(samples: readonly Sample[], resendable: boolean): Promise<void> {
    const arrived = Date.now();
    const byLane = new Map<number, LogRowValue[]>();
    for (const sample of samples) {
      const state = this.#tags.get(sample.tagId);
      if (!state || state.row.laneId === null) continue; // a tag that is gone
      const row = toRow(sample, state.row, arrived);
      state.at = arrived;
      state.last = row;
      if (row.quality < BAD) this.#newest = arrived;
      const { wave, ...plain } = row;
      const rows = byLane.get(state.row.laneId) ?? [];
      byLane.set(state.row.laneId, rows);
      rows.push(wave ? { ...plain, wave: await this.#storeWave(wave) } : plain);
      this.#counted++;
    }
    await Promise.all([...byLane].map(([lane, rows]) => this.#packer.add(lane, rows, resendable)));
  }

  /** The blob first, then the entry that names it; while the database is away the source keeps its message. */
  async #storeWave(wave: NonNullable<Row['wave']>): Promise<NonNullable<LogRowValue['wave']>> {
    const { values } = wave;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (let pause = 200; ; pause = Math.min(5000, pause * 2)) {
      try {
        const blob = await this.#around.blobs.put(this.#around.db, this.#row.orgId, bytes, 'application/x-mw-wave');
        return { t0: wave.t0, rate: wave.rate, n: values.length, blob };
      } catch (error) {
        if (this.#stopped) throw error;
        this.#log.debug({ error: messageOf(error) }, 'waveform waits for the database');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** A tag whose newest value is too old gets one sample that says so. */
  #markStale(): void {
    const now = Date.now();
    const old = [...this.#tags.values()].filter(
      ({ row, at, last }) => now - at > row.staleAfterMs && !(last && last.quality >= BAD),
    );
    if (old.length > 0) this.#mark(old, STALE, now);
  }

  #mark(states: readonly TagState[], q: number, time: number): void {
    const samples = states.map(({ row }) => ({ tagId: row.id, time, quality: q }));
    const arrivals = new Map(states.map((state) => [state, state.at]));
    this.#take(samples, false).catch((error) => this.#log.warn({ error: messageOf(error) }, 'marks not logged'));
    for (const [state, at] of arrivals) state.at = at; // a mark is no sign of life
  }

  #event(event: SessionEvent): void {
    if (event.kind === 'lost') {
      this.#lost ??= event.error;
      this.#nudge();
    } else if (event.kind === 'device') {
      this.#devices = {
        ...this.#devices,
        [event.device]: { state: event.state, ...(event.reason ? { reason: event.reason } : {}) },
      };
    } else if (event.kind === 'address') {
      if (event.error) this.#addressErrors.set(event.tagId, { code: event.error.code, reason: event.error.message });
      else this.#addressErrors.delete(event.tagId);
    } else {
      const states = event.tagIds.flatMap((id) => this.#tags.get(id) ?? []);
      this.#mark(states, LINK, event.time);
    }
  }

  /** Samples of these tags were lost from `since` on. */
  markLost(tagIds: ReadonlySet<number>, since: number): void {
    this.#mark(
      [...tagIds].flatMap((id) => this.#tags.get(id) ?? []),
      LINK,
      since,
    );
  }

  async #certificate(facts: CertificateFacts): Promise<'trusted' | 'pending' | 'rejected'> {
    const { db } = this.#around;
    const { id: connectionId, orgId } = this.#row;
    await db
      .insert(trustedCertificate)
      .values({ orgId, connectionId, ...facts })
      .onConflictDoNothing();
    const [known] = await db
      .select({ state: trustedCertificate.state })
      .from(trustedCertificate)
      .where(and(eq(trustedCertificate.connectionId, connectionId), eq(trustedCertificate.fingerprint, facts.fingerprint)));
    return known?.state ?? 'pending';
  }

  /** Runs work on the open session; waits for one until the deadline. */
  async withSession<T>(deadline: number, work: (session: Session) => Promise<T>): Promise<T> {
    const left = () => deadline - Date.now();
    if (!this.#session) {
      this.kick();
      await bounded(
        this.#opened.promise,
        Math.max(1, left()),
        'no-connection',
        this.#failure?.message ?? 'The connection is not open.',
      );
    }
    const session = this.#session;
    if (!session) throw new ConnectorError('session', 'no-connection', this.#failure?.message ?? 'The connection is not open.');
    return bounded(work(session), Math.max(1, left()), 'device.slow', 'The device did not answer in time.');
  }

  facts(): Facts {
    const now = Date.now();
    const states = [...this.#tags.values()];
    const elapsed = now - this.#rateAt;
    if (elapsed >= 1000) {
      this.#rate = Math.round((this.#counted * 10_000) / elapsed) / 10;
      this.#counted = 0;
      this.#rateAt = now;
    }
    return {
      enabled: this.#row.enabled,
      open: this.#session !== undefined,
      failure: this.#failure,
      tags: states.length,
      fresh: states.filter(({ row, at, last }) => last && last.quality < BAD && now - at <= row.staleAfterMs).length,
      waiting: states.filter(({ row, at, last }) => !last && now - at <= row.staleAfterMs).length,
      newest: this.#newest,
      addressErrors: [...this.#addressErrors.values()],
      devices: this.#devices,
      samplesPerSecond: this.#rate,
      logAway: this.#pump.away,
    };
  }

  get since(): string {
    return this.#since;
  }
  stateChanged(): void {
    this.#since = new Date().toISOString();
  }
  verdict() {
    return judge(this.facts());
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#nudge = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#nudge = end;
    });
  }

  async #closeSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#devices = {};
    if (!session) return;
    this.#opened = Promise.withResolvers();
    await bounded(session.close(), CLOSE_LIMIT_MS, 'session.slow', 'The session did not close in time.').catch((error) =>
      this.#log.warn({ error: messageOf(error) }, 'session not closed cleanly'),
    );
    // what comes next time is new; in between nothing is known
    const alive = [...this.#tags.values()].filter(({ last }) => last && last.quality < BAD);
    if (alive.length > 0 && !this.#stopped) this.#mark(alive, LINK, Date.now());
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#nudge();
    await this.#run;
    this.#packer.flush();
    await this.#pump.close();
  }
}

const asFailure = (error: unknown) =>
  error instanceof ConnectorError ? error : new ConnectorError('session', 'session.failed', messageOf(error), { cause: error });

/** The work, or an error after so long; what comes later is given to `late`. */
async function bounded<T>(
  work: Promise<T>,
  ms: number,
  code: string,
  message: string,
  late?: (value: T) => Promise<void>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    reject(new ConnectorError('session', code, message));
  }, ms);
  work.then(
    (value) => {
      if (over) late?.(value).catch(() => {});
    },
    () => {},
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
