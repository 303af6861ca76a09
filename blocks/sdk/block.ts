import type { z } from 'zod';
import type { Bilingual } from '#runtime/graph/document.ts';
import type {
  Columns,
  ColumnsFromParam,
  ColumnsFromRole,
  FrameDecl,
  FrameValueOf,
  PortDecl,
  RowsDecl,
  ValueOf,
} from './columns.ts';
import type { StateFields, StateOf } from './state.ts';

/** Time (epoch ms), key and worst quality of the declared columns; then the columns by their logical names. */
export interface RowBase {
  readonly time: number;
  readonly key: string;
  /** Worst quality of the declared input columns, see runtime/batch/quality.ts. */
  readonly quality: number;
}
export type RowOf<D> =
  D extends FrameDecl<infer C>
    ? Omit<FrameBase, keyof C> & { readonly [K in keyof C]: FrameValueOf<C[K]> }
    : D extends RowsDecl<infer C>
      ? RowBase & { readonly [K in keyof C]: ValueOf<C[K]> }
      : D extends ColumnsFromParam
        ? ListedBase & Readonly<Record<string, unknown>>
        : D extends Columns
          ? RowBase & { readonly [K in keyof D]: ValueOf<D[K]> }
          : RowBase & Readonly<Record<string, never>>;

/** A row whose columns parameters list; `n` and `at` are a table's. */
interface ListedBase extends RowBase {
  readonly at?: number;
  readonly n?: number;
}

/** A frame row: `n` is the length of its columns; `at` is the frame's own time, whatever its columns are called. */
interface FrameBase extends RowBase {
  readonly at: number;
  readonly n: number;
}

/** What a handler may give: nothing, the row itself, or a literal; `time` and `quality` override the row's. */
export type OutOf<D> =
  D extends FrameDecl<infer C>
    ? { readonly [K in keyof C]: FrameValueOf<C[K]> | readonly ValueOf<C[K]>[] } & Omit<FrameOutBase, keyof C>
    : D extends ColumnsFromParam | ColumnsFromRole
      ? Readonly<Record<string, unknown>>
      : D extends Columns
        ? { readonly [K in keyof D]?: ValueOf<D[K]> } & OutBase
        : OutBase;
interface OutBase {
  readonly time?: number;
  readonly quality?: number;
}
interface FrameOutBase extends OutBase {
  /** The frame's own time; `time` means the same unless the frame has a column `time`. */
  readonly at?: number;
}
type Nothing = undefined | null | false;
type Result<O, Row> = OutOf<O> | Row | Nothing;

export interface AlarmOptions {
  readonly active: boolean;
  readonly priority: number;
  readonly message: Bilingual;
  readonly value?: number;
  readonly limit?: number;
}

/** What code may see besides its row, state and parameters. */
export interface Context<Out = Record<string, unknown>> {
  /** The log entry's time, epoch ms; never the wall clock. */
  readonly now: number;
  /** Seeded per instance, node and key; its state is checkpointed. */
  random(): number;
  /** Any number of rows; makes this node a loop boundary. Give `time` in it to differ from the row's. */
  emit(out: Out): void;
  /** One timer per key: `onTimer` runs before the first row whose entry time is at or after it. */
  wakeAt(time: number): void;
  /** Data that asks the host to act; the answer comes to `onResult`. Kinds: `runtime/effects/requests.ts`. */
  effect(kind: string, request: Record<string, unknown>): void;
  /** Reports the condition of this node's alarm for the row's key. */
  alarm(options: AlarmOptions): void;
  /** Counts a row that came too late for its window. */
  late(): void;
}

export interface Answer {
  readonly id: string;
  readonly ok: boolean;
  readonly value?: unknown;
  readonly reason?: string;
}

/** How a block with several inputs meets them (semantics, section 2). */
export type Combine =
  | 'latest' // fires on any input with the others' latest value; parameter `maxAge` (s), where the block has one, bounds their age
  | 'exact' // same time and key
  | { readonly align: { readonly tolerance: string; readonly lateness?: string } }; // names of parameters in seconds

interface Common<P extends z.ZodObject, S extends StateFields> {
  /** Without publisher: `series.ewma`; the publisher is the package's. First-party blocks are `millwright/series.ewma`. */
  readonly id: string;
  readonly version: string;
  readonly title: Bilingual;
  /** One sentence: what it gives. */
  readonly summary: Bilingual;
  /** Search words beyond the title. */
  readonly words?: Bilingual;
  /** Tabler icon name without prefix, `chart-line`. */
  readonly icon: string;
  readonly params: P;
  readonly state?: S;
  readonly stateScope?: 'key' | 'node';
  /** Raised when the layout or meaning of the state changes; unchanged = state survives an upgrade. */
  readonly stateVersion?: number;
  /** Do the undeclared columns of the row travel on? Windows and joins: none. Default all. */
  readonly carry?: 'all' | 'none';
  /** Bad input: `propagate` (default: outputs get the worst quality), `skip` (the row is not given), `hold` (last good outputs, marked). */
  readonly badQuality?: 'propagate' | 'skip' | 'hold';
  /**
   * The block breaks cycles: give the value that just came (`return row`-like); the compiler holds it, per key, and its output carries
   * the value before. Where the output closes a cycle it enters a `latest` input and does not fire it. A parameter `initial` is the first value.
   */
  readonly delays?: boolean;
  /** Capabilities asked for: `tag.write`, `notify.send`, …; `record.read:{kind}` is completed by the parameter `kind`. */
  readonly capabilities?: readonly string[];
  /**
   * Acts on a machine, and only what comes in by this port makes it act: every way to the port must pass an interlock. A block with the capability
   * `tag.write` that names none has all its ports guarded.
   */
  readonly guarded?: string;
  /** What is different in this version from the one before, for people who have that one; older ones below it. */
  readonly changes?: Readonly<Record<string, Bilingual>>;
  /** Standard, paper or handbook behind it. */
  readonly reference?: string;
  /** Titles of ports and columns that `blocks/sdk/column-words.ts` does not have. */
  readonly labels?: Readonly<Record<string, Bilingual>>;
  migrate?(fromVersion: number, old: Record<string, unknown>): Partial<StateOf<S>>;
}

/** A block that has no inputs: the host feeds it. */
export type SourceKind =
  | { readonly kind: 'tag'; readonly role: string } // parameter that names the role
  | { readonly kind: 'form'; readonly form: string } // parameter that names the form
  | { readonly kind: 'schedule'; readonly schedule: string } // parameter with the cron rule; the rest of the rule are the parameters beside it
  | { readonly kind: 'event'; readonly event: string }; // parameter that lists the kinds; the rest of the rule are the parameters beside it
export interface SourceBlock<P extends z.ZodObject = z.ZodObject, O extends PortDecl = PortDecl> extends Common<P, StateFields> {
  readonly source: SourceKind;
  readonly output: O;
}

/** One row in, at most one row out (or any number by `ctx.emit`). */
export interface EachBlock<P extends z.ZodObject, I extends PortDecl, O extends PortDecl, S extends StateFields>
  extends Common<P, S> {
  readonly input: I;
  readonly output: O;
  each(row: RowOf<I>, s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, RowOf<I>>;
  onTimer?(s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, never>;
  onResult?(answer: Answer, s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, never>;
}
/** Several output ports: the result is keyed by port. */
export interface MultiOutBlock<
  P extends z.ZodObject,
  I extends PortDecl,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
> extends Common<P, S> {
  readonly input: I;
  readonly outputs: O;
  each(
    row: RowOf<I>,
    s: StateOf<S>,
    p: z.output<P>,
    ctx: Context,
  ): { readonly [K in keyof O]?: Result<O[K], RowOf<I>> } | Nothing;
  onTimer?(s: StateOf<S>, p: z.output<P>, ctx: Context): { readonly [K in keyof O]?: Result<O[K], never> } | Nothing;
  onResult?(
    answer: Answer,
    s: StateOf<S>,
    p: z.output<P>,
    ctx: Context,
  ): { readonly [K in keyof O]?: Result<O[K], never> } | Nothing;
}
/** Several input ports, one handler per port, one state. */
export interface OnBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends PortDecl,
  S extends StateFields,
> extends Common<P, S> {
  readonly inputs: I;
  /** Ports that may be left unwired. */
  readonly optionalInputs?: readonly (keyof I & string)[];
  readonly output: O;
  readonly on: {
    readonly [K in keyof I]: (row: RowOf<I[K]>, s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>) => Result<O, never>;
  };
  onTimer?(s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, never>;
  onResult?(answer: Answer, s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, never>;
}
/** Several input ports and several output ports, whose rows are given by `ctx.emit({ port: row })`. */
export interface OnMultiBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
> extends Common<P, S> {
  readonly inputs: I;
  readonly optionalInputs?: readonly (keyof I & string)[];
  readonly outputs: O;
  readonly on: {
    readonly [K in keyof I]: (
      row: RowOf<I[K]>,
      s: StateOf<S>,
      p: z.output<P>,
      ctx: Context<{ readonly [Q in keyof O]?: OutOf<O[Q]> }>,
    ) => void;
  };
  onTimer?(s: StateOf<S>, p: z.output<P>, ctx: Context<{ readonly [Q in keyof O]?: OutOf<O[Q]> }>): void;
  onResult?(answer: Answer, s: StateOf<S>, p: z.output<P>, ctx: Context<{ readonly [Q in keyof O]?: OutOf<O[Q]> }>): void;
}
/**
 * Several input ports met by the compiler: `row.a.value` is port `a`'s column. An input declared `optional` may be unwired.
 * `guards` names the boolean expression parameter that must hold before any write downstream acts: the compiler turns it into a precondition.
 */
export interface CombineBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends PortDecl,
  S extends StateFields,
> extends Common<P, S> {
  readonly inputs: I;
  readonly combine: Combine;
  /** Only rows of this port fire; the others are just kept. Absent = any. */
  readonly firesOn?: keyof I & string;
  /** Ports that may be left unwired. */
  readonly optionalInputs?: readonly (keyof I & string)[];
  readonly guards?: string;
  readonly output: O;
  each(
    row: RowBase & { readonly [K in keyof I]: RowOf<I[K]> },
    s: StateOf<S>,
    p: z.output<P>,
    ctx: Context<OutOf<O>>,
  ): Result<O, never>;
  onResult?(answer: Answer, s: StateOf<S>, p: z.output<P>, ctx: Context<OutOf<O>>): Result<O, never>;
}

/** Several output ports: the result is keyed by port. */
export interface CombineMultiBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
> extends Omit<CombineBlock<P, I, PortDecl, S>, 'output' | 'each' | 'onResult'> {
  readonly outputs: O;
  each(
    row: RowBase & { readonly [K in keyof I]: RowOf<I[K]> },
    s: StateOf<S>,
    p: z.output<P>,
    ctx: Context,
  ): { readonly [K in keyof O]?: Result<O[K], never> } | Nothing;
  onResult?(
    answer: Answer,
    s: StateOf<S>,
    p: z.output<P>,
    ctx: Context,
  ): { readonly [K in keyof O]?: Result<O[K], never> } | Nothing;
}

// biome-ignore lint/suspicious/noExplicitAny: the erased form that the compiler and the catalogue hold; authors never see it
export type AnyBlock = Common<z.ZodObject, StateFields> & Record<string, any>;

export function defineBlock<P extends z.ZodObject, O extends PortDecl>(block: SourceBlock<P, O>): SourceBlock<P, O>;
export function defineBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends PortDecl,
  S extends StateFields,
>(block: CombineBlock<P, I, O, S>): CombineBlock<P, I, O, S>;
export function defineBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
>(block: CombineMultiBlock<P, I, O, S>): CombineMultiBlock<P, I, O, S>;
export function defineBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends PortDecl,
  S extends StateFields,
>(block: OnBlock<P, I, O, S>): OnBlock<P, I, O, S>;
export function defineBlock<
  P extends z.ZodObject,
  I extends Readonly<Record<string, PortDecl>>,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
>(block: OnMultiBlock<P, I, O, S>): OnMultiBlock<P, I, O, S>;
export function defineBlock<
  P extends z.ZodObject,
  I extends PortDecl,
  O extends Readonly<Record<string, PortDecl>>,
  S extends StateFields,
>(block: MultiOutBlock<P, I, O, S>): MultiOutBlock<P, I, O, S>;
export function defineBlock<P extends z.ZodObject, I extends PortDecl, O extends PortDecl, S extends StateFields>(
  block: EachBlock<P, I, O, S>,
): EachBlock<P, I, O, S>;
export function defineBlock(block: AnyBlock): AnyBlock {
  return block;
}
