import type { Logger } from 'pino';
import { type Delivery, messageOf, type Sample } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { BAD } from '#runtime/batch/quality.ts';
import type { Origin } from '#runtime/batch/schema.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { type LogRowValue, Packer } from '#runtime/samples/packer.ts';
import { type Row, toRow } from '#runtime/samples/scale.ts';
import { KnownMessages } from './known-messages.ts';
import type { Pump } from './pump.ts';
import { SourceClock } from './source-clock.ts';
import type { TagState, Tags } from './tags.ts';

const NONE: ReadonlyMap<number, Promise<unknown>> = new Map();

export interface IntakeOptions {
  readonly orgId: string;
  readonly origin: Origin;
  readonly tags: Tags;
  readonly pump: Pump;
  readonly db: Db;
  readonly blobs: BlobStore;
  readonly log: Logger;
}

/** From the samples of a session to entries of the log: scaled, judged, packed by lane, each message once. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #packer: Packer;
  readonly #known: KnownMessages;
  /** While it is looked up whether the log has a message, what comes after it waits: the order stays. */
  #looking: Promise<unknown> | undefined;
  readonly #clock = new SourceClock();
  #newest: number | undefined;
  #counted = 0;
  #rate = 0;
  #rateAt = steadyClock.now();
  #stopped = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
    const { pump } = options;
    this.#packer = new Packer(options.origin, (lane, entry, resendable) => pump.push(lane, entry, resendable));
    this.#known = new KnownMessages(pump);
  }

  get clock(): SourceClock {
    return this.#clock;
  }
  /** Arrival of the newest usable value, epoch ms. */
  get newest(): number | undefined {
    return this.#newest;
  }

  take(samples: readonly Sample[], delivery: Delivery = {}): Promise<void> {
    const { message } = delivery;
    if (!message?.again && !this.#looking) return this.#put(samples, delivery, NONE);
    const done = (this.#looking ?? Promise.resolve()).then(async () => {
      const lanes = new Set(samples.flatMap(({ tagId }) => this.#options.tags.get(tagId)?.row.laneId ?? []));
      const had = message?.again ? await this.#known.lanesWith(message.print, lanes) : NONE;
      // not awaited in here: what waits for the log must not hold up what comes after
      return { put: this.#put(samples, delivery, had) };
    });
    const looked = done.then(
      () => {},
      () => {},
    );
    this.#looking = looked;
    void looked.then(() => {
      if (this.#looking === looked) this.#looking = undefined;
    });
    return done.then(({ put }) => put);
  }

  async #put(samples: readonly Sample[], delivery: Delivery, had: ReadonlyMap<number, Promise<unknown>>): Promise<void> {
    const arrived = steadyClock.now();
    const byLane = new Map<number, LogRowValue[]>();
    for (const sample of samples) {
      const state = this.#options.tags.get(sample.tagId);
      if (!state || state.row.laneId === null) continue; // a tag that is gone
      const row = toRow(sample, state.row, arrived, this.#clock.off);
      this.#clock.seen(sample.time, arrived);
      state.at = arrived;
      state.last = row;
      if (row.quality < BAD) this.#newest = arrived;
      if (had.has(state.row.laneId)) continue;
      const { wave, ...plain } = row;
      const rows = byLane.get(state.row.laneId) ?? [];
      byLane.set(state.row.laneId, rows);
      rows.push(wave ? { ...plain, wave: await this.#storeWave(wave) } : plain);
      this.#counted++;
    }
    const print = delivery.message?.print;
    const added = [...byLane].map(([lane, rows]) => {
      const logged = this.#packer.add(lane, rows, delivery.resendable === true, print);
      if (print !== undefined) this.#known.note(lane, print, logged);
      return logged;
    });
    // one that is still on its way is acknowledged when it has arrived, not because it is known
    await Promise.all([...added, ...had.values()]);
  }

  /** The blob first, then the entry that names it; while the database is away the source keeps its message. */
  async #storeWave(wave: NonNullable<Row['wave']>): Promise<NonNullable<LogRowValue['wave']>> {
    const { values } = wave;
    const { blobs, db, orgId, log } = this.#options;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (let pause = 200; ; pause = Math.min(5000, pause * 2)) {
      try {
        const blob = await blobs.put(db, orgId, bytes, 'application/x-mw-wave');
        return { t0: wave.t0, rate: wave.rate, n: values.length, blob };
      } catch (error) {
        if (this.#stopped) throw error;
        log.debug({ error: messageOf(error) }, 'waveform waits for the database');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** One sample for each tag that says that there is no good value, and why. */
  mark(states: readonly TagState[], quality: number, time: number): void {
    const samples = states.map(({ row }) => ({ tagId: row.id, time, quality }));
    const arrivals = new Map(states.map((state) => [state, state.at]));
    this.#put(samples, {}, NONE).catch((error) => this.#options.log.warn({ error: messageOf(error) }, 'marks not logged'));
    for (const [state, at] of arrivals) state.at = at; // a mark is no sign of life
  }

  /** Samples of these tags were lost between the newest that the log has and now; a hole of a period or so is none. */
  gap(states: readonly TagState[]): void {
    this.#packer.flush();
    for (const [lane, own] of Map.groupBy(states, ({ row }) => row.laneId)) {
      if (lane === null) continue;
      const period = Math.min(...own.map(({ row }) => row.samplePeriodMs));
      const ids = own.map(({ row }) => row.id);
      this.#options.pump.gap(lane, ids, this.#options.origin, 1.5 * period);
    }
  }

  /** Samples per second, over the last second or longer. */
  rate(now: number): number {
    const elapsed = now - this.#rateAt;
    if (elapsed >= 1000) {
      this.#rate = Math.round((this.#counted * 10_000) / elapsed) / 10;
      this.#counted = 0;
      this.#rateAt = now;
    }
    return this.#rate;
  }

  stop(): void {
    this.#stopped = true;
  }
  flush(): void {
    this.#packer.flush();
  }
}
