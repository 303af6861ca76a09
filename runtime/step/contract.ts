/**
 * What crosses into and out of a program. Everything is plain, copyable data (typed arrays, strings, numbers): no host object ever
 * reaches an isolate. The same contract serves live runs, backtests, replays, proofs and `mw run`; only reader and committer differ.
 */
import type { Origin, WireSchema } from '#runtime/batch/schema.ts';

/** Rows of one source node, in log order. `row` is the row's number in the whole step, so that merges are the same for every cut. */
export interface SourceRows {
  /** Index into `ProgramInfo.sources`. */
  readonly source: number;
  readonly n: number;
  readonly row: Int32Array;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  /** Codes into `StepInput.words`. */
  readonly key: Int32Array;
  /** In the order of the source's columns; Float64Array for numbers, integers, times and booleans (0/1), arrays for the rest. */
  readonly columns: readonly (Float64Array | readonly unknown[])[];
  /** Quality per column; undefined = all good. */
  readonly quality: readonly (Uint8Array | undefined)[];
}

/** An answer to an effect, or a person's decision: routed to the asking node's `onResult`. */
export interface AnswerRow {
  readonly row: number;
  readonly node: string;
  readonly key: string;
  readonly id: string;
  readonly ok: boolean;
  readonly value?: unknown;
  readonly reason?: string;
}

export interface StepInput {
  /** Rows of all sources and answers together; rows are numbered 0..n-1 in log order. A tick is a row that no source has. */
  readonly n: number;
  /** The entry's time per row (append time; event time where the reader has no log), monotone. `ctx.now`, and what makes timers due. */
  readonly clock: Float64Array;
  readonly words: readonly string[];
  readonly sources: readonly SourceRows[];
  readonly answers: readonly AnswerRow[];
}

/** Rows of one named output. Columns as in `SourceRows`; for frames, each value is one array per row. */
export interface OutputRows {
  /** Index into `ProgramInfo.outputs`. */
  readonly output: number;
  readonly n: number;
  readonly row: Int32Array;
  readonly time: Float64Array;
  readonly key: readonly string[];
  readonly columns: readonly (Float64Array | readonly unknown[])[];
  readonly quality: readonly (Uint8Array | undefined)[];
}

export interface EffectRequest {
  readonly node: string;
  readonly key: string;
  readonly row: number;
  /** Event time of the row that asked. */
  readonly time: number;
  /** `tag.write`, `notify.send`, `confirm.request`, … */
  readonly kind: string;
  /** Kind-specific, see `runtime/effects/requests.ts`. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** The condition of an alarm, by (instance, node, key). Its life cycle belongs to the platform. */
export interface AlarmCondition {
  readonly node: string;
  readonly key: string;
  readonly row: number;
  readonly time: number;
  readonly active: boolean;
  /** 1 (most urgent) to 4. */
  readonly priority: number;
  readonly message: { readonly en: string; readonly zh: string };
  readonly value?: number;
  readonly unit?: string;
  readonly limit?: number;
}

/** A row that a block refused or failed on; the stream goes on. */
export interface DeadRow {
  readonly node: string;
  readonly key: string;
  readonly row: number;
  readonly message: string;
  /** Line of the block's or user's own source, where known. */
  readonly line?: number;
}

/** Last value on a wire, of those over which something came since the last look; only an instrumented program has them. */
export interface ProbeValue {
  readonly node: string;
  readonly port: string;
  readonly key: string;
  readonly time: number;
  /** Rows since the program started or was loaded. */
  readonly count: number;
  readonly values: Readonly<Record<string, { readonly v: unknown; readonly q: number }>>;
}

/** What each node did in one step, in the order of `ProgramInfo.nodes`. The host adds them up; they are no part of the state. */
export interface NodeCounts {
  /** Rows that reached the node, bad ones included. */
  readonly rows: Int32Array;
  /** Rows that its code failed on; each is also among `dead`, up to that list's limit. */
  readonly failed: Int32Array;
  /** Entry time of the newest row that reached it, epoch ms; NaN = none in this step. */
  readonly last: Float64Array;
}

export interface StepResult {
  readonly outputs: readonly OutputRows[];
  readonly effects: readonly EffectRequest[];
  readonly alarms: readonly AlarmCondition[];
  readonly dead: readonly DeadRow[];
  /** Late rows per node, counted by windows and joins. */
  readonly late: Readonly<Record<string, number>>;
  /** When the program wants a tick if nothing else comes, entry time in epoch ms. */
  readonly wakeAt: number | null;
  /** What came over the wires in this step or since the last look; of an instrumented program that is looked at after each step. */
  readonly probes?: readonly ProbeValue[];
  /** Absent from programs that were not made by this compiler. */
  readonly nodes?: NodeCounts;
}

export interface ProgramSource {
  readonly node: string;
  /** The tag role it reads, for `source.tag`; the form's name for `source.form`. */
  readonly role?: string;
  readonly form?: string;
  /** When it ticks, for `source.schedule`. */
  readonly schedule?: ScheduleRule;
  /** Which events it takes, for `source.event`. */
  readonly event?: EventRule;
  readonly schema: WireSchema;
}

/** Which events of the organization a node takes (`events.ts`). */
export interface EventRule {
  /** `alarm`, `audit`, `record` or `record:order`, names of other events. */
  readonly kinds: readonly string[];
  /** Pattern of the subject, `*` for any text. */
  readonly subject: string;
  /** Only those about the asset on which the app runs. */
  readonly own: boolean;
}

/** When a schedule ticks, in the time zone and by the shifts of the site where the app runs. */
export interface ScheduleRule {
  readonly on: 'cron' | 'shift-start' | 'shift-end';
  /** Minute, hour, day of month, month, weekday; for `on: 'cron'`. */
  readonly cron: string;
  /** Only while a shift is on. */
  readonly inShifts: boolean;
  /** What becomes of due times that passed while nothing ran: no tick, one for the latest, one for each. */
  readonly misfire: 'skip' | 'latest' | 'all';
}

export interface ProgramOutput {
  readonly name: string;
  readonly node: string;
  readonly port: string;
  readonly schema: WireSchema;
  /** Indexes of the sources that reach it: the host derives the origin of its values from theirs. */
  readonly sources: readonly number[];
}

/** A condition that the graph checked and the gateway checks again, with fresh values, immediately before it acts. */
export interface Precondition {
  /** The guarding node. */
  readonly node: string;
  /** Expression of `runtime/graph/expression.ts` over the names in `roles`. */
  readonly expression: string;
  /** Name in the expression -> tag role and the unit the expression expects. */
  readonly roles: Readonly<Record<string, { readonly role: string; readonly unit?: string }>>;
  /** Oldest value that may be used, ms. */
  readonly maxAge: number;
}

/** Why a node needs the rows of all keys in one place: state over keys, timers that the rows of any key make due, rows of several keys put in order. */
export interface WholeNode {
  readonly node: string;
  readonly why: 'state' | 'timer' | 'align';
}

/** Facts about a compiled program that the host needs; plain data, stored beside the text. */
export interface ProgramInfo {
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly graphHash: string;
  readonly instrumented: boolean;
  /** Ids of all nodes, sources included: the order of `StepResult.nodes`. */
  readonly nodes: readonly string[];
  /** Of a timed program: the nodes of each part; more than one where a cycle makes them run together. */
  readonly parts?: readonly (readonly string[])[];
  readonly sources: readonly ProgramSource[];
  readonly outputs: readonly ProgramOutput[];
  /** Roles whose history is read, with the unit in which; absent = none. */
  readonly histories?: readonly { readonly role: string; readonly unit?: string }[];
  readonly capabilities: readonly string[];
  /** Block id and version of every node, with the state layout's version: what a checkpoint is checked against. */
  readonly blocks: Readonly<Record<string, { readonly block: string; readonly version: string; readonly stateVersion: number }>>;
  /** Writing node -> what must hold right before its effects act; from the guards (`control.interlock`) that dominate it. */
  readonly preconditions: Readonly<Record<string, readonly Precondition[]>>;
  /** True when every stateful node keeps state per key and none has timers: each key gives the same wherever the others are. */
  readonly splittable: boolean;
  /** The nodes for which it is not, and why; absent = none, or made before this was told. */
  readonly whole?: readonly WholeNode[];
  /** True when user-written or partner code is inside: freeze intrinsics. */
  readonly untrusted: boolean;
}

export interface Program {
  readonly info: ProgramInfo;
  /** One JavaScript expression: a function of `ProgramOptions` that, called once, returns `{ step, save, load }` of the types below. */
  readonly text: string;
  /**
   * Line ranges of `text` -> node and line of the source, for error messages. `node` is empty where several nodes share the text (a block's
   * module), `line` is 0 where the source's lines are not kept (a block bundled from several files).
   */
  readonly map: readonly {
    readonly node: string;
    readonly block: string;
    readonly from: number;
    readonly to: number;
    readonly line: number;
    /** Where nodes alike share the text: which they are, by the number that the running text calls `$member`. */
    readonly nodes?: readonly string[];
  }[];
}

/** What differs between instances that run the same text. */
export interface ProgramOptions {
  /** Of the instance: `ctx.random` is seeded by (seed, node, key). */
  readonly seed: number;
}

/** Rows as a program gives them: its own arrays, maybe with room at their end, until its next step. */
export interface GivenRows {
  readonly output: number;
  readonly n: number;
  readonly row: Int32Array;
  readonly time: Float64Array;
  /** Numbers of `GivenResult.keys`. */
  readonly key: Int32Array;
  /** Float64Array for numbers, integers and times, Uint8Array for booleans, arrays for the rest. */
  readonly columns: readonly (Float64Array | Uint8Array | readonly unknown[])[];
  readonly quality: readonly Uint8Array[];
}
export interface GivenResult extends Omit<StepResult, 'outputs' | 'probes'> {
  readonly outputs: readonly GivenRows[];
  /** All keys that the program knows, in the order in which it met them; only ever longer, until it is loaded. */
  readonly keys: readonly string[];
}

/** What the text evaluates to inside the isolate. State is opaque, copyable and self-describing (field names), so versions can migrate. */
export interface ProgramHandle {
  step(input: StepInput): GivenResult;
  save(): unknown;
  load(state: unknown): void;
  /** Of an instrumented program: what came over its wires since it was last asked. */
  probes?(): readonly ProbeValue[];
  /** Of a timed program: a step in parts, `begin`, each part in order, `end`. */
  readonly parts?: { begin(input: StepInput): void; run(part: number): void; end(): GivenResult };
}

/** A program made ready to step: in an isolate (runtime/sandbox), or in this process (tests, trusted only). */
export interface Stepper {
  step(input: StepInput): Promise<StepResult>;
  /** Compact, versioned bytes of the whole state. */
  save(): Promise<Uint8Array>;
  load(state: Uint8Array): Promise<void>;
  dispose(): void;
}

export type { Origin };
