/**
 * What stands in the log (semantics, section 3). Everything an app can react to is an entry; outputs are entries too.
 * `entry.ts` packs and unpacks these; `log.ts` appends and reads them.
 */
import type { Wave } from '#runtime/batch/batch.ts';
import type { Origin, WireSchema } from '#runtime/batch/schema.ts';

/** A scan group's samples at one moment, or several moments: parallel columns, one row a sample. */
export interface SamplesEntry {
  readonly kind: 'samples';
  /** Append time stamped by the writer, epoch ms: the entry's time, the same in every replay. */
  readonly at: number;
  /** When the gateway had the first of its rows, epoch ms by its clock; absent where it is not known. */
  readonly received?: number;
  readonly origin: Origin;
  readonly n: number;
  readonly tag: Int32Array;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  /** Number, integer, boolean as 0/1; NaN where `other` has the value. Already in the tag's unit. */
  readonly value: Float64Array;
  /** Absent = all good. */
  readonly quality?: Uint8Array;
  /** Values that are no numbers, by row. */
  readonly other?: Readonly<Record<number, { readonly text: string } | { readonly wave: Omit<Wave, 'values'> }>>;
  /** Prints of the messages that the rows came in, where their source may send a message twice: known again after any restart. */
  readonly messages?: BigUint64Array;
}

export type ControlEvent =
  | {
      readonly type: 'form';
      readonly instanceId: string;
      readonly form: string;
      readonly key: string;
      readonly values: Readonly<Record<string, unknown>>;
      readonly by: string;
    }
  | {
      readonly type: 'answer';
      readonly shardId: number;
      readonly step: number;
      readonly ordinal: number;
      readonly node: string;
      readonly key: string;
      readonly ok: boolean;
      readonly value?: unknown;
      readonly reason?: string;
    }
  | { readonly type: 'tick'; readonly shardId: number; readonly due: number }
  | {
      readonly type: 'decision';
      readonly shardId: number;
      readonly decision: 'dead-letter';
      readonly lane: number;
      readonly seq: number;
      readonly reason: string;
      readonly node?: string;
    }
  | {
      /** A person gives a shard once more what was set aside: the entry itself, since its day may be gone from the log. */
      readonly type: 'retry';
      readonly shardId: number;
      readonly lane: number;
      readonly seq: number;
      readonly by: string;
      readonly entry: SamplesEntry | ControlEntry;
    }
  | {
      /** A schedule of an instance is due; each due time has one such entry. */
      readonly type: 'schedule';
      readonly instanceId: string;
      readonly node: string;
      readonly key: string;
      /** Epoch ms: the event time. */
      readonly due: number;
      /** Code of the shift that is on (starts, ends), '' = none. */
      readonly shift: string;
      /** Local date that the time belongs to: of a shift, the date on which it starts. */
      readonly day: string;
      /** Due times since the last tick that got none. */
      readonly missed: number;
    }
  | {
      /** A business record has a new version; its data as of then. */
      readonly type: 'record';
      readonly record: string;
      readonly id: string;
      readonly code: string;
      readonly version: number;
      readonly transition: string;
      /** State before, '' = it was not there. */
      readonly from: string;
      readonly state: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly by: string;
      /** A person signed it. */
      readonly signed?: boolean;
    }
  | {
      /** Something happened that any app may want to know: an alarm changed its state, somebody did something, a machine or a system says so. */
      readonly type: 'event';
      /** The same event has one id, whoever sends it again. */
      readonly id: string;
      /** `alarm`, `audit`, or the name that its sender gave. */
      readonly kind: string;
      readonly subject: string;
      /** Code of the asset, '' = none. */
      readonly about: string;
      /** Event time, epoch ms. */
      readonly time: number;
      readonly action: string;
      readonly state: string;
      readonly value?: number;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'alarm';
      readonly alarmId: string;
      readonly action: 'acknowledge' | 'shelve' | 'unshelve';
      readonly by: string;
    };

export interface ControlEntry {
  readonly kind: 'control';
  readonly at: number;
  readonly event: ControlEvent;
}

export interface OutputColumns {
  readonly name: string;
  readonly schema: WireSchema;
  readonly origin: Origin;
  readonly n: number;
  readonly time: Float64Array;
  readonly key: readonly string[];
  readonly columns: readonly (Float64Array | readonly unknown[])[];
  readonly quality: readonly (Uint8Array | undefined)[];
}

/** One step of a shard: its outputs and, as the journal, the input cursor after it. */
export interface OutputsEntry {
  readonly kind: 'outputs';
  readonly at: number;
  readonly shardId: number;
  readonly step: number;
  readonly outputs: readonly OutputColumns[];
}

export type LogEntry = SamplesEntry | ControlEntry | OutputsEntry;

export interface LogRow {
  readonly lane: number;
  readonly seq: number;
  readonly entry: LogEntry;
  /** Input cursor after the step, for output lanes. */
  readonly upto?: readonly number[];
  /** The bytes under this number are damaged, and why; `entry` is empty in their place. */
  readonly unreadable?: string;
}
