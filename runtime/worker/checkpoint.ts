import { decodeValue, encodeValue } from '#runtime/batch/value-codec.ts';
import type { Carried, InputPlan, SourceBinding } from '#runtime/step/build-input.ts';

/** V8 decides the last digit of `Math.*`: re-runs do not cross it. */
export const ENGINE = process.versions.v8;

/** A saved shard: the program's state and what the host carries beside it. Bindings are kept, so that a re-run sees the log as it was seen then. */
export interface SavedShard {
  readonly carried: Carried;
  readonly key: string;
  readonly bindings: readonly SourceBinding[];
  readonly state: Uint8Array;
}
const VERSION = 1;

export const packCheckpoint = (plan: Pick<InputPlan, 'key' | 'bindings'>, carried: Carried, state: Uint8Array): Uint8Array =>
  encodeValue({ version: VERSION, carried, key: plan.key, bindings: plan.bindings, state });

export function unpackCheckpoint(bytes: Uint8Array): SavedShard {
  const saved = decodeValue(bytes) as SavedShard & { version: number };
  if (saved.version !== VERSION) throw new Error(`checkpoint of format ${saved.version}; this version reads format ${VERSION}`);
  return saved;
}

/** Small state is saved with every step; larger at an interval or after many records, staggered over the shards (semantics, section 5). */
const SMALL_BYTES = 10_000;
const INTERVAL_MS = 15_000;
const STAGGER_MS = 5_000;
const RECORDS = 1_000_000;

export class CheckpointPolicy {
  private size = 0;
  private at = 0;
  private records = 0;
  private readonly stagger: number;
  constructor(shardId: number) {
    this.stagger = (shardId * 997) % STAGGER_MS;
  }
  due(now: number): boolean {
    return this.size <= SMALL_BYTES || now - this.at >= INTERVAL_MS + this.stagger || this.records >= RECORDS;
  }
  stepped(records: number): void {
    this.records += records;
  }
  saved(size: number, now: number): void {
    this.size = size;
    this.at = now;
    this.records = 0;
  }
}
