import type { AlarmCondition } from '#runtime/step/contract.ts';
import type { NumberedEffect, StepCommit } from '#runtime/step/take-step.ts';
import { type ShadowDifference, same, valueDifferences } from './shadow-difference.ts';

/** What a candidate does otherwise than the version that runs, counted record by record over the same input. Plain JSON. */
export interface ShadowReport {
  readonly graphHash: string;
  readonly against: { readonly version: string; readonly graphHash: string };
  /** Wall clock over which it was followed, epoch ms. */
  readonly window: { readonly from: number; readonly to: number };
  readonly steps: number;
  /** Input rows that both were given. */
  readonly rows: number;
  readonly outputs: readonly ShadowOutput[];
  readonly alarms: { readonly raised: Pair; readonly added: readonly ShadowAlarm[]; readonly removed: readonly ShadowAlarm[] };
  /** The candidate's are captured: none is performed. */
  readonly effects: {
    readonly byKind: Readonly<Record<string, Pair>>;
    /** Asked by both alike; by the running version alone; by the candidate alone. */
    readonly same: number;
    readonly missing: number;
    readonly added: number;
    /** Of those: answers that nobody can know. */
    readonly unknown: number;
    readonly list: readonly {
      readonly time: number;
      readonly node: string;
      readonly key: string;
      readonly kind: string;
      readonly request: unknown;
    }[];
  };
  readonly dead: Pair;
  readonly late: Pair;
  /** The first differences between records, as they were met; absent from reports of older versions. */
  readonly first?: readonly ShadowDifference[];
}
/** Running version, candidate. */
type Pair = readonly [live: number, candidate: number];
export interface ShadowOutput {
  readonly name: string;
  /** Records with the same time and key: how many are the same, and how many differ in a value or a quality. */
  readonly same: number;
  readonly changed: number;
  /** Records of the running version alone, of the candidate alone. */
  readonly missing: number;
  readonly added: number;
  /** Greatest difference of a number, and when. */
  readonly columns: readonly { readonly column: string; readonly most: number; readonly at: number }[];
}
export interface ShadowAlarm {
  readonly node: string;
  readonly key: string;
  readonly time: number;
  readonly priority: number;
}

const LIST = 100;
/** Records that wait for their counterpart: a candidate may give one some steps later or earlier. */
const WAITING = 50_000;

interface Waiting extends Row {
  readonly time: number;
  readonly key: string;
}
interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  readonly quality: Readonly<Record<string, number>>;
}
interface Count {
  same: number;
  changed: number;
  missing: number;
  added: number;
  readonly columns: Map<string, { most: number; at: number }>;
  /** Records of one side without a counterpart so far, by time and key. */
  readonly waiting: readonly [live: Map<string, Waiting[]>, candidate: Map<string, Waiting[]>];
  sizes: [number, number];
}

/** Takes the steps of both, in turn, and counts. */
export class ShadowCount {
  steps = 0;
  rows = 0;
  private readonly outputs = new Map<string, Count>();
  private readonly raised: [number, number] = [0, 0];
  private readonly standing: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  private readonly added: ShadowAlarm[] = [];
  private readonly removed: ShadowAlarm[] = [];
  private readonly kinds: Record<string, [number, number]> = {};
  private readonly captured: ShadowReport['effects']['list'][number][] = [];
  private effects = { same: 0, missing: 0, added: 0, unknown: 0 };
  private readonly dead: [number, number] = [0, 0];
  private readonly late: [number, number] = [0, 0];
  private readonly first: ShadowDifference[] = [];

  constructor(names: Iterable<string>) {
    for (const name of names) this.output(name);
  }

  /** `own`: the candidate's effects that the running version did not ask for. */
  take(live: StepCommit, candidate: StepCommit, own: readonly NumberedEffect[], unknown: number): void {
    this.steps++;
    this.rows += live.rows;
    for (const [side, commit] of [live, candidate].entries()) {
      this.takeOutputs(side as 0 | 1, commit);
      this.dead[side as 0 | 1] += commit.dead.length;
      this.late[side as 0 | 1] += Object.values(commit.late).reduce((a, b) => a + b, 0);
      for (const { kind } of commit.effects) {
        this.kinds[kind] ??= [0, 0];
        this.kinds[kind][side as 0 | 1]++;
      }
    }
    this.takeAlarms(live.alarms, candidate.alarms);
    const same = candidate.effects.length - own.length;
    this.effects.same += same;
    this.effects.added += own.length;
    this.effects.missing += live.effects.length - same;
    this.effects.unknown += unknown;
    for (const { time, node, key, kind, request } of own)
      if (this.captured.length < LIST) this.captured.push({ time, node, key, kind, request });
  }

  private output(name: string): Count {
    let count = this.outputs.get(name);
    if (!count) {
      count = { same: 0, changed: 0, missing: 0, added: 0, columns: new Map(), waiting: [new Map(), new Map()], sizes: [0, 0] };
      this.outputs.set(name, count);
    }
    return count;
  }

  private takeOutputs(side: 0 | 1, commit: StepCommit): void {
    for (const rows of commit.outputs.outputs) {
      const count = this.output(rows.name);
      const names = Object.keys(rows.schema.columns);
      for (let i = 0; i < rows.n; i++) {
        const time = rows.time[i] ?? 0;
        const place = `${time} ${rows.key[i] ?? ''}`;
        const row: Row = {
          values: Object.fromEntries(names.map((name, c) => [name, rows.columns[c]?.[i]])),
          quality: Object.fromEntries(names.map((name, c) => [name, rows.quality[c]?.[i] ?? 0])),
        };
        const other = count.waiting[side === 0 ? 1 : 0];
        const [counterpart, ...rest] = other.get(place) ?? [];
        if (counterpart) {
          if (rest.length > 0) other.set(place, rest);
          else other.delete(place);
          count.sizes[side === 0 ? 1 : 0]--;
          this.compare(
            count,
            { output: rows.name, time, key: rows.key[i] ?? '' },
            side === 0 ? row : counterpart,
            side === 0 ? counterpart : row,
          );
        } else this.wait(count, side, place, { ...row, time, key: rows.key[i] ?? '' }, rows.name);
      }
    }
  }

  private wait(count: Count, side: 0 | 1, place: string, row: Waiting, output: string): void {
    const mine = count.waiting[side];
    const list = mine.get(place);
    if (list) list.push(row);
    else mine.set(place, [row]);
    count.sizes[side]++;
    for (const [oldest, rows] of mine) {
      if (count.sizes[side] <= WAITING) break;
      mine.delete(oldest);
      count.sizes[side] -= rows.length;
      count[side === 0 ? 'missing' : 'added'] += rows.length;
      for (const one of rows) this.alone(output, side, one);
    }
  }

  /** A record of one side without a counterpart. */
  private alone(output: string, side: 0 | 1, { time, key }: Waiting): void {
    if (this.first.length < LIST) this.first.push({ time, key, output, only: side === 0 ? 'live' : 'candidate' });
  }

  private compare(count: Count, place: Pick<ShadowDifference, 'output' | 'time' | 'key'>, live: Row, candidate: Row): void {
    const at = place.time;
    let changed = false;
    for (const name of new Set([...Object.keys(live.values), ...Object.keys(candidate.values)])) {
      const was = live.values[name];
      const is = candidate.values[name];
      if (same(was, is) && live.quality[name] === candidate.quality[name]) continue;
      changed = true;
      if (this.first.length < LIST) {
        const [a, b] = [live.quality[name] ?? 0, candidate.quality[name] ?? 0];
        this.first.push(...valueDifferences(name, { v: was, q: a }, { v: is, q: b }).map((one) => ({ ...place, ...one })));
      }
      const gap = typeof was === 'number' && typeof is === 'number' ? Math.abs(is - was) : Number.NaN;
      const known = count.columns.get(name);
      if (gap > (known?.most ?? 0)) count.columns.set(name, { most: gap, at });
    }
    if (changed) count.changed++;
    else count.same++;
  }

  /** Raises alone: a standing alarm that is told again is none. */
  private takeAlarms(live: readonly AlarmCondition[], candidate: readonly AlarmCondition[]): void {
    const news = [live, candidate].map((alarms, side) =>
      alarms.filter(({ node, key, active }) => {
        const id = `${node}\n${key}`;
        const standing = this.standing[side as 0 | 1];
        const raised = active && !standing.has(id);
        if (active) standing.add(id);
        else standing.delete(id);
        return raised;
      }),
    );
    const [was = [], is = []] = news;
    this.raised[0] += was.length;
    this.raised[1] += is.length;
    const only = (of: readonly AlarmCondition[], than: readonly AlarmCondition[], into: ShadowAlarm[]) => {
      for (const { node, key, time, priority } of of)
        if (!than.some((other) => other.node === node && other.key === key) && into.length < LIST)
          into.push({ node, key, time, priority });
    };
    only(is, was, this.added);
    only(was, is, this.removed);
  }

  build(head: Pick<ShadowReport, 'graphHash' | 'against' | 'window'>): ShadowReport {
    for (const [output, { waiting }] of this.outputs)
      for (const [side, open] of waiting.entries())
        for (const rows of open.values()) for (const row of rows) this.alone(output, side as 0 | 1, row);
    const first = [...this.first].sort((a, b) => a.time - b.time || (a.output < b.output ? -1 : a.output > b.output ? 1 : 0));
    return {
      ...head,
      steps: this.steps,
      rows: this.rows,
      outputs: [...this.outputs].map(([name, count]) => ({
        name,
        same: count.same,
        changed: count.changed,
        missing: count.missing + count.sizes[0],
        added: count.added + count.sizes[1],
        columns: [...count.columns].map(([column, gap]) => ({ column, ...gap })),
      })),
      alarms: { raised: this.raised, added: this.added, removed: this.removed },
      effects: { byKind: this.kinds, ...this.effects, list: this.captured },
      dead: this.dead,
      late: this.late,
      first,
    };
  }
}
