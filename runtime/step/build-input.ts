import type { Wave } from '#runtime/batch/batch.ts';
import { BAD, quality } from '#runtime/batch/quality.ts';
import type { Origin } from '#runtime/batch/schema.ts';
import type { ControlEntry, ControlEvent, LogEntry, SamplesEntry } from '#runtime/log/contract.ts';
import type { AnswerRow, DeadRow, ProgramInfo, SourceRows, StepInput } from './contract.ts';
import { takes, toldBy } from './events.ts';
import { keyPart } from './key-part.ts';
import { Misfits, misfit } from './misfits.ts';

/** An entry with its place: what every reader gives, whatever it reads from. */
export interface NumberedEntry {
  readonly lane: number;
  readonly seq: number;
  readonly entry: LogEntry;
}

/** One bound tag of a source: `value = raw · gain + offset` makes the role's unit of the tag's. */
export interface SourceBinding {
  /** Index into `ProgramInfo.sources`. */
  readonly source: number;
  readonly tag: number;
  /** Key of its records: the asset, of those that the instance watches. */
  readonly key: string;
  readonly gain: number;
  readonly offset: number;
}

/** How one shard sees the log. */
export interface InputPlan {
  readonly shardId: number;
  readonly instanceId: string;
  readonly key: string;
  readonly info: ProgramInfo;
  /** Of a split instance: those of the shard's own keys. */
  readonly bindings: readonly SourceBinding[];
  /** The shard is one of several, each with keys of its own; absent = it has all. */
  readonly part?: Part;
  /** Shards that ended and left their keys to the instance's present ones: what was said to them is for whoever has the key. */
  readonly forebears?: readonly number[];
}
export interface Part {
  readonly index: number;
  readonly of: number;
}

/** Is the key one of this shard's? */
export const hasKey = ({ part }: Pick<InputPlan, 'part'>, key: string): boolean =>
  part === undefined || keyPart(key, part.of) === part.index;

/** Is what was said to that shard for this one? About a key, where it is known. */
export const answersTo = (plan: InputPlan, shardId: number, key?: string): boolean =>
  shardId === plan.shardId || (plan.forebears?.includes(shardId) === true && (key === undefined || hasKey(plan, key)));

/** What is carried from step to step outside the program; saved with its state. */
export interface Carried {
  /** Newest entry time so far, epoch ms: `ctx.now` never goes back. */
  readonly clock: number;
  /** Origin of the newest rows of each source. */
  readonly origins: readonly (Origin | null)[];
  /** When the program wants a tick; a stretch without a row for it leaves this as it was. */
  readonly wakeAt: number | null;
}
export const startOf = (info: ProgramInfo): Carried => ({ clock: 0, origins: info.sources.map(() => null), wakeAt: null });

export interface BuiltInput {
  readonly input: StepInput;
  readonly after: Carried;
  /** Origin changes of the sources within the step: (row from which it holds, source, origin), by row. */
  readonly originChanges: readonly { readonly row: number; readonly source: number; readonly origin: Origin }[];
  readonly before: Carried;
  /** Values that do not fit the columns that they are for: set aside, no row comes of them. */
  readonly dead: readonly DeadRow[];
}

/** Samples of waves by content hash; the host fetched them before. */
export type Waves = ReadonlyMap<string, Float32Array | Float64Array>;

/** Content hashes of the waves that the entries bring to this shard. */
export function wavesNeeded(plan: InputPlan, entries: readonly NumberedEntry[]): string[] {
  const hashes = new Set<string>();
  for (const { entry } of entries.map((e) => taken(plan, e))) {
    if (entry.kind !== 'samples' || !entry.other) continue;
    for (const [i, other] of Object.entries(entry.other)) {
      const tag = entry.tag[Number(i)];
      if ('wave' in other && other.wave.blob && plan.bindings.some((b) => b.tag === tag)) hashes.add(other.wave.blob);
    }
  }
  return [...hashes];
}

/**
 * The log entries of one step as rows of the program's sources. Pure: the same plan, carried values and entries give the same input.
 * Lanes are merged by append time, then lane, then number; within a lane the order of the numbers holds whatever the clocks said.
 */
export function buildInput(
  plan: InputPlan,
  before: Carried,
  entries: readonly NumberedEntry[],
  waves: Waves = NO_WAVES,
): BuiltInput {
  const ordered = mergeLanes(entries).map((e) => taken(plan, e));
  const misfits = new Misfits(plan.info);
  const takes = ordered.map(({ entry }) => (entry.kind === 'samples' ? fitting(plan, entry, misfits) : NO_PICKS));
  const counts = new Array<number>(plan.info.sources.length).fill(0);
  let n = 0;
  for (const [e, { entry }] of ordered.entries()) {
    const picks = takes[e] ?? NO_PICKS;
    for (let i = 1; i < picks.length; i += 2) {
      const source = plan.bindings[picks[i] ?? 0]?.source ?? 0;
      counts[source] = (counts[source] ?? 0) + 1;
    }
    n += picks.length >> 1;
    if (entry.kind === 'control') {
      const fed = fedBy(plan, entry);
      for (const source of fed) counts[source] = (counts[source] ?? 0) + 1;
      n += fed.length > 0 ? fed.length : isForShard(plan, entry.event) ? 1 : 0;
    }
  }

  const clock = new Float64Array(n);
  const words: string[] = [plan.key];
  const sources = plan.info.sources.map((_, i) => new SourceFill(plan.info, i, counts[i] ?? 0));
  const answers: AnswerRow[] = [];
  const origins = [...before.origins];
  const originChanges: { row: number; source: number; origin: Origin }[] = [];
  let now = before.clock;
  let row = 0;
  const cameFrom = (source: number, origin: Origin) => {
    if (origins[source] === origin) return;
    origins[source] = origin;
    originChanges.push({ row, source, origin });
  };
  const places = new Map<string, number>();
  const word = (key: string) => {
    if (key === plan.key) return 0;
    let place = places.get(key);
    if (place === undefined) {
      place = words.push(key) - 1;
      places.set(key, place);
    }
    return place;
  };

  for (const [e, { entry }] of ordered.entries()) {
    // Only entries that give a row move the clock: then it does not matter whether the others came in this step or an earlier one.
    if (entry.kind === 'samples') {
      const picks = takes[e] ?? NO_PICKS;
      if (picks.length > 0) now = Math.max(now, entry.at);
      for (let i = 0; i < picks.length; i += 2) {
        const sample = picks[i] ?? 0;
        const binding = plan.bindings[picks[i + 1] ?? 0];
        if (!binding) continue;
        cameFrom(binding.source, entry.origin);
        clock[row] = now;
        sources[binding.source]?.sample(row++, word(binding.key), entry, sample, binding, waves);
      }
    } else if (entry.kind === 'control') {
      const { event } = entry;
      const fed = fedBy(plan, entry);
      if (fed.length > 0 || isForShard(plan, event)) now = Math.max(now, entry.at);
      for (const source of fed) {
        const given = rowOf(plan, entry);
        cameFrom(source, event.type === 'form' ? 'manual' : 'derived');
        clock[row] = now;
        sources[source]?.event(row++, word(given.key), given.time, given.values);
      }
      if (fed.length === 0 && isForShard(plan, event)) {
        if (event.type === 'answer') answers.push(answerRow(row, event));
        clock[row++] = now;
      }
    }
  }
  return {
    input: { n: row, clock, words, sources: sources.filter((s) => s.n > 0).map((s) => s.rows()), answers },
    before,
    after: { clock: now, origins, wakeAt: before.wakeAt },
    originChanges,
    dead: misfits.dead(),
  };
}

/** What is tried again stands for itself, at the time of the retry. */
function taken(plan: InputPlan, numbered: NumberedEntry): NumberedEntry {
  const { entry } = numbered;
  if (entry.kind !== 'control' || entry.event.type !== 'retry' || !answersTo(plan, entry.event.shardId)) return numbered;
  return { ...numbered, entry: { ...entry.event.entry, at: entry.at } };
}

const NO_WAVES: Waves = new Map();
const NO_PICKS = new Int32Array(0);

/** The order in which a step takes its entries; every prefix of it is a prefix of each lane. */
export function mergeLanes(entries: readonly NumberedEntry[]): NumberedEntry[] {
  const newest = new Map<number, number>();
  const timed = [...entries]
    .sort((a, b) => a.lane - b.lane || a.seq - b.seq)
    .map((numbered) => {
      const at = Math.max(newest.get(numbered.lane) ?? Number.NEGATIVE_INFINITY, numbered.entry.at);
      newest.set(numbered.lane, at);
      return { numbered, at };
    });
  timed.sort((a, b) => a.at - b.at || a.numbered.lane - b.numbered.lane || a.numbered.seq - b.numbered.seq);
  return timed.map((t) => t.numbered);
}

/** Pairs (sample, binding) that a list of tags gives to a plan; scan groups repeat their list, so it is worked out once. */
const picksByPlan = new WeakMap<InputPlan, WeakMap<Int32Array, Int32Array>>();
function picksOf(plan: InputPlan, entry: SamplesEntry): Int32Array {
  let known = picksByPlan.get(plan);
  if (!known) {
    known = new WeakMap();
    picksByPlan.set(plan, known);
  }
  let picks = known.get(entry.tag);
  if (!picks) {
    const byTag = new Map<number, number[]>();
    plan.bindings.forEach((b, i) => {
      const list = byTag.get(b.tag);
      if (list) list.push(i);
      else byTag.set(b.tag, [i]);
    });
    const out: number[] = [];
    entry.tag.forEach((tag, i) => {
      for (const b of byTag.get(tag) ?? []) out.push(i, b);
    });
    picks = Int32Array.from(out);
    known.set(entry.tag, picks);
  }
  return picks;
}

/** Those picks whose values are of the kind that their source has; the others are noted. */
function fitting(plan: InputPlan, entry: SamplesEntry, misfits: Misfits): Int32Array {
  const picks = picksOf(plan, entry);
  const { other } = entry;
  // numbers alone: every source of numbers and texts takes them
  if (!other && !misfits.waves) return picks;
  const kept: number[] = [];
  for (let i = 0; i < picks.length; i += 2) {
    const [sample = 0, at = 0] = [picks[i], picks[i + 1]];
    const binding = plan.bindings[at];
    if (!binding) continue;
    const wrong = misfit(misfits.types[binding.source], entry, sample);
    if (wrong === undefined) kept.push(sample, at);
    else misfits.note(binding.source, binding.key, wrong);
  }
  return kept.length === picks.length ? picks : Int32Array.from(kept);
}

/** The sources that an entry of the control lane feeds: one row each. */
export function fedBy(plan: InputPlan, entry: ControlEntry): readonly number[] {
  const { info, instanceId, key } = plan;
  const { event } = entry;
  if ('instanceId' in event) {
    if (event.instanceId !== instanceId || !hasKey(plan, event.key || key)) return NONE;
    const source = info.sources.findIndex((s) =>
      event.type === 'form' ? s.form === event.form : s.schedule && s.node === event.node,
    );
    return source < 0 ? NONE : [source];
  }
  if (event.type !== 'event' && event.type !== 'record') return NONE;
  if (!info.sources.some((s) => s.event) || !hasKey(plan, key)) return NONE;
  const told = toldBy(entry);
  return told ? info.sources.flatMap((s, i) => (s.event && takes(s.event, told, key) ? [i] : [])) : NONE;
}
const NONE: readonly number[] = [];

/** What such a row holds. */
function rowOf(plan: InputPlan, entry: ControlEntry): { key: string; time: number; values: Readonly<Record<string, unknown>> } {
  const { event } = entry;
  if (event.type === 'form') return { key: event.key || plan.key, time: entry.at, values: event.values };
  if (event.type === 'schedule') {
    const { due, shift, day, missed } = event;
    return { key: event.key || plan.key, time: due, values: { shift, day, missed } };
  }
  const { time = entry.at, ...values } = toldBy(entry) ?? {};
  // an event without a number has a missing one, which no sender has to say
  return { key: plan.key, time, values };
}
const isForShard = (plan: InputPlan, event: ControlEvent): boolean =>
  event.type === 'answer' ? answersTo(plan, event.shardId, event.key) : event.type === 'tick' && event.shardId === plan.shardId;
const answerRow = (row: number, e: Extract<ControlEvent, { type: 'answer' }>): AnswerRow => ({
  row,
  node: e.node,
  key: e.key,
  id: `${e.shardId}:${e.step}:${e.ordinal}`,
  ok: e.ok,
  ...(e.value === undefined ? {} : { value: e.value }),
  ...(e.reason === undefined ? {} : { reason: e.reason }),
});

/** Rows of one source being filled. */
class SourceFill {
  n = 0;
  private readonly source: number;
  private readonly names: readonly string[];
  private readonly types: readonly string[];
  private readonly row: Int32Array;
  private readonly time: Float64Array;
  private readonly key: Int32Array;
  private readonly columns: (Float64Array | unknown[])[];
  private readonly qualities: (Uint8Array | undefined)[];
  private readonly size: number;
  constructor(info: ProgramInfo, source: number, size: number) {
    const schema = info.sources[source]?.schema.columns ?? {};
    this.source = source;
    this.size = size;
    this.names = Object.keys(schema);
    this.types = Object.values(schema).map((c) => c.type);
    this.row = new Int32Array(size);
    this.time = new Float64Array(size);
    this.key = new Int32Array(size);
    this.columns = this.types.map((type) => (isNumeric(type) ? new Float64Array(size) : new Array(size)));
    this.qualities = this.types.map(() => undefined);
  }
  private place(row: number, key: number, time: number): number {
    const i = this.n++;
    this.row[i] = row;
    this.key[i] = key;
    this.time[i] = time;
    return i;
  }
  private mark(column: number, i: number, code: number): void {
    if (code === 0) return;
    let q = this.qualities[column];
    if (!q) {
      q = new Uint8Array(this.size);
      this.qualities[column] = q;
    }
    q[i] = code;
  }
  /** A tag's sample goes to the source's first column, `value`. */
  sample(row: number, key: number, entry: SamplesEntry, sample: number, binding: SourceBinding, waves: Waves): void {
    const i = this.place(row, key, entry.time[sample] ?? entry.at);
    const column = this.columns[0];
    const type = this.types[0];
    if (!column || !type) return;
    const code = entry.quality?.[sample] ?? 0;
    const other = entry.other?.[sample];
    if (isNumeric(type)) {
      const raw = entry.value[sample] ?? Number.NaN;
      column[i] = type === 'number' ? raw * binding.gain + binding.offset : raw;
      // NaN from a device that says "good": missing
      this.mark(0, i, Number.isNaN(raw) && code < BAD ? MISSING : code);
    } else if (type === 'wave') {
      const wave = other && 'wave' in other ? withValues(other.wave, binding, waves) : undefined;
      column[i] = wave ?? { t0: entry.time[sample] ?? entry.at, rate: 1, n: 0, values: new Float32Array(0) };
      this.mark(0, i, wave ? code : MISSING);
    } else {
      column[i] = other && 'text' in other ? other.text : String(entry.value[sample]);
      this.mark(0, i, code);
    }
  }
  event(row: number, key: number, at: number, values: Readonly<Record<string, unknown>>): void {
    const i = this.place(row, key, at);
    this.names.forEach((name, c) => {
      const value = values[name];
      const column = this.columns[c];
      if (!column) return;
      if (isNumeric(this.types[c])) {
        const number = typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN;
        column[i] = number;
        if (Number.isNaN(number)) this.mark(c, i, MISSING);
      } else {
        column[i] = value ?? null;
        if (value === undefined || value === null) this.mark(c, i, MISSING);
      }
    });
  }
  rows(): SourceRows {
    return {
      source: this.source,
      n: this.n,
      row: this.row,
      time: this.time,
      key: this.key,
      columns: this.columns,
      quality: this.qualities,
    };
  }
}
const MISSING = quality('bad', 'missing');
const isNumeric = (type: string | undefined): boolean =>
  type === 'number' || type === 'integer' || type === 'boolean' || type === 'time';

/** Undefined when the samples are gone: the row then says so by its quality. */
function withValues(wave: Omit<Wave, 'values'>, binding: SourceBinding, waves: Waves): Wave | undefined {
  const values = wave.blob ? waves.get(wave.blob) : undefined;
  if (!values) return undefined;
  const { gain, offset } = binding;
  return { ...wave, values: gain === 1 && offset === 0 ? values : values.map((v) => v * gain + offset) };
}
