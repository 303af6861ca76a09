import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import type { Logger } from 'pino';
import { plain } from '#blocks/sdk/connection-words.ts';
import {
  type AnyConnector,
  type CertificateFacts,
  ConnectorError,
  type ConnectorHost,
  messageOf,
  type Session,
  type SessionEvent,
} from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { connection, trustedCertificate } from '#drizzle/schema/index.ts';
import { openSecret } from '#drizzle/secrets.ts';
import { quality } from '#runtime/batch/quality.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import type { Row, TagRow } from '#runtime/samples/scale.ts';
import { Backoff } from './backoff.ts';
import { bounded } from './bounded.ts';
import { command } from './command.ts';
import { follow } from './follow.ts';
import type { Inbound } from './inbound.ts';
import { Intake } from './intake.ts';
import { offers } from './offers.ts';
import type { Pump } from './pump.ts';
import { type Facts, judge } from './status.ts';
import { Tags } from './tags.ts';

export type ConnectionRow = typeof connection.$inferSelect;

export interface Surroundings {
  readonly db: Db;
  readonly log: Logger;
  readonly dataFolder: string;
  readonly masterKey: string;
  readonly blobs: BlobStore;
  readonly inbound: Inbound;
  /** Pauses of a failing connection start here, ms. */
  readonly firstPauseMs?: number;
}

const OPEN_LIMIT_MS = 30_000;
/** A server that must make thousands of items takes its time for each of them. */
const SUBSCRIBE_LIMIT_MS = 30_000;
const SUBSCRIBE_A_TAG_MS = 10;
const CLOSE_LIMIT_MS = 5_000;
/** Parts of a source that its status names: those that changed last. */
const MOST_DEVICES = 500;
const STALE = quality('bad', 'stale');
const LINK = quality('bad', 'link');

const SLOW = {
  open: { en: 'The device did not finish opening a session in 30 s.', zh: '设备未能在 30 秒内建立会话。' },
  subscribe: { en: 'The device did not finish the subscription in time.', zh: '设备未能按时完成订阅。' },
  close: { en: 'The session did not close in time.', zh: '会话未能按时关闭。' },
  answer: { en: 'The device did not answer in time.', zh: '设备未按时响应。' },
};
const NOT_OPEN = { en: 'The connection is not open.', zh: '连接未打开。' };

/** One connection: opens its session, again and again, gives its samples to the log, and knows how it stands. */
export class SupervisedConnection {
  readonly #around: Surroundings;
  readonly #connector: AnyConnector;
  readonly #pump: Pump;
  readonly #tags: Tags;
  readonly #intake: Intake;
  readonly #host: ConnectorHost;
  readonly #log: Logger;
  readonly #row: ConnectionRow;
  #session: Session | undefined;
  #opened = Promise.withResolvers<void>();
  #failure: ConnectorError | undefined;
  #lost: ConnectorError | undefined;
  #devices: Facts['devices'] = {};
  #published: Facts['published'];
  #since = new Date().toISOString();
  #stopped = false;
  #subscribeAgain = false;
  readonly #followed = new Set<() => void>();
  /** Ends the wait that the loop is in. */
  #nudge: () => void = () => {};
  readonly #run: Promise<void>;

  constructor(row: ConnectionRow, tags: readonly TagRow[], connector: AnyConnector, pump: Pump, around: Surroundings) {
    this.#row = row;
    this.#connector = connector;
    this.#pump = pump;
    this.#around = around;
    this.#log = around.log.child({ connection: row.id, connector: row.connector });
    this.#tags = new Tags(connector, tags);
    this.#intake = new Intake({
      orgId: row.orgId,
      origin: row.simulated ? 'simulated' : 'measured',
      tags: this.#tags,
      pump,
      db: around.db,
      blobs: around.blobs,
      log: this.#log,
    });
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
      inbound: (handler) => around.inbound.add(row.id, handler),
      follow: async (names, give) => {
        const end = await follow({ db: around.db, orgId: row.orgId, log: this.#log }, names, give);
        this.#followed.add(end);
        return () => {
          this.#followed.delete(end);
          end();
        };
      },
      offers: (patterns) => offers(around.db, row.orgId, patterns),
      command: (name, value, by) => command(around.db, { orgId: row.orgId, connectionId: row.id }, name, value, by),
      kept: async () => {
        const [found] = await around.db.select({ kept: connection.kept }).from(connection).where(eq(connection.id, row.id));
        return found?.kept ?? undefined;
      },
      keep: async (value) => {
        await around.db.update(connection).set({ kept: value }).where(eq(connection.id, row.id));
      },
    };
    // nobody listened since the last holder let go, or died
    if (!connector.manifest.resumes) this.#intake.gap(this.#tags.all);
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
    return this.#tags.all.map((state) => state.row);
  }
  /** Newest row of a tag, in its own unit, with its arrival. */
  newest(id: number): { readonly row: Row; readonly arrived: number } | undefined {
    const state = this.#tags.get(id);
    return state?.last ? { row: state.last, arrived: state.at } : undefined;
  }

  setTags(tags: readonly TagRow[]): void {
    const before = JSON.stringify(this.#tags.requests());
    this.#tags.set(tags);
    // a name or a limit that changed is no reason to interrupt the device
    if (JSON.stringify(this.#tags.requests()) === before) return;
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
      const began = steadyClock.now();
      try {
        await this.#open();
        await this.#serve();
      } catch (error) {
        this.#failure = asFailure(error);
        this.#log.warn({ part: this.#failure.part, code: this.#failure.code }, this.#failure.message);
      }
      await this.#closeSession();
      if (this.#stopped) return;
      const { newest } = this.#intake;
      if (newest !== undefined && newest > began && steadyClock.now() - began > 10_000) backoff.reset();
      await this.#wait(backoff.next());
    }
  }

  async #open(): Promise<void> {
    const { settings, secrets } = this.#connector.manifest;
    const parsed = settings.safeParse(this.#row.settings);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where = issue?.path.join('.') ?? '';
      throw new ConnectorError('session', 'settings.invalid', {
        en: `Setting ${where}: ${issue?.message ?? 'is not valid'}`,
        zh: `设置 ${where} 无效：${issue?.message ?? ''}`,
      });
    }
    const plain = this.#row.secretId
      ? await openSecret(this.#around.db, this.#around.masterKey, this.#row.orgId, this.#row.secretId)
      : undefined;
    const opening = this.#connector.open(parsed.data, secrets.parse(plain ? JSON.parse(plain) : {}), this.#host);
    const session = await bounded(opening, OPEN_LIMIT_MS, { code: 'session.slow', text: SLOW.open }, (late) => late.close());
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
    const opened = steadyClock.now();
    while (!this.#stopped && !this.#lost && this.#session) {
      if (this.#subscribeAgain) {
        this.#subscribeAgain = false;
        const subscribing = this.#session.subscribe(this.#tags.requests(), (samples, delivery) =>
          this.#intake.take(samples, delivery),
        );
        const limit = SUBSCRIBE_LIMIT_MS + SUBSCRIBE_A_TAG_MS * this.#tags.all.length;
        await bounded(subscribing, limit, { code: 'session.slow', text: SLOW.subscribe });
      }
      await this.#wait(250);
      const now = steadyClock.now();
      const old = this.#tags.stale(now);
      if (old.length > 0) this.#intake.mark(old, STALE, now);
      const silent = this.#connector.manifest.publishes ? undefined : this.#tags.silentFor(opened, now);
      if (silent !== undefined) {
        const seconds = Math.round(silent / 1000);
        throw new ConnectorError('data', 'data.silent', {
          en: `No value came for ${seconds} s on an open connection; it is made anew.`,
          zh: `连接已建立，但 ${seconds} 秒内没有收到任何数值，正在重新连接。`,
        });
      }
    }
    if (this.#lost) throw this.#lost;
  }

  #event(event: SessionEvent): void {
    if (event.kind === 'lost') {
      this.#lost ??= event.error;
      this.#nudge();
    } else if (event.kind === 'device') {
      const { [event.device]: _, ...others } = this.#devices;
      const kept = Object.entries(others).slice(-MOST_DEVICES + 1);
      const now = { state: event.state, ...(event.reason ? { reason: event.reason } : {}) };
      this.#devices = { ...Object.fromEntries(kept), [event.device]: now };
    } else if (event.kind === 'address') {
      this.#tags.addressError(event.tagId, event.error);
    } else if (event.kind === 'clock') {
      this.#intake.clock.said(event.aheadMs);
    } else if (event.kind === 'published') {
      this.#published = event;
    } else {
      this.#log.warn({ tags: event.tagIds.length, why: event.reason }, 'samples are lost');
      const states = event.tagIds.flatMap((id) => this.#tags.get(id) ?? []);
      if (event.time === undefined) this.#intake.gap(states);
      else this.#intake.mark(states, LINK, event.time);
    }
  }

  /** Samples of these tags were lost from `since` on. */
  markLost(tagIds: ReadonlySet<number>, since: number): void {
    const states = [...tagIds].flatMap((id) => this.#tags.get(id) ?? []);
    this.#intake.mark(states, LINK, since);
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
    const left = () => Math.max(1, deadline - Date.now());
    const none = () => ({ code: 'no-connection', text: this.#failure?.text ?? NOT_OPEN });
    if (!this.#session) {
      this.kick();
      await bounded(this.#opened.promise, left(), none());
    }
    const session = this.#session;
    if (!session) throw new ConnectorError('session', 'no-connection', none().text);
    return bounded(work(session), left(), { code: 'device.slow', text: SLOW.answer });
  }

  facts(): Facts {
    const now = steadyClock.now();
    return {
      enabled: this.#row.enabled,
      open: this.#session !== undefined,
      failure: this.#failure,
      ...this.#tags.facts(now),
      newest: this.#intake.newest,
      devices: this.#devices,
      published: this.#published,
      clockAheadMs: this.#intake.clock.aheadMs(now),
      samplesPerSecond: this.#intake.rate(now),
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
    this.#published = undefined;
    this.#intake.clock.forget();
    for (const end of this.#followed) end();
    this.#followed.clear();
    if (!session) return;
    this.#opened = Promise.withResolvers();
    await bounded(session.close(), CLOSE_LIMIT_MS, { code: 'session.slow', text: SLOW.close }).catch((error) =>
      this.#log.warn({ error: messageOf(error) }, 'session not closed cleanly'),
    );
    // what comes next time is new; in between nothing is known
    const alive = this.#tags.alive();
    if (alive.length > 0 && !this.#stopped) this.#intake.mark(alive, LINK, steadyClock.now());
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#intake.stop();
    this.#nudge();
    await this.#run;
    this.#intake.flush();
    await this.#pump.close();
  }
}

const asFailure = (error: unknown) =>
  error instanceof ConnectorError
    ? error
    : new ConnectorError('session', 'session.failed', plain(messageOf(error)), { cause: error });
