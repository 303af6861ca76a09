import type { Bilingual } from '#runtime/graph/document.ts';
import type { AnswerRow, EffectRequest, ProgramInfo, Stepper, StepResult } from '#runtime/step/contract.ts';
import type { Answering } from './model-answers.ts';
import { type ReplayReport, ReportBuilder } from './report.ts';
import { type Timeline, tickInput } from './timeline.ts';

export interface ReplayOptions {
  readonly info: ProgramInfo;
  readonly stepper: Stepper;
  /** Epoch ms; timers run on until `to`. */
  readonly window: { readonly from: number; readonly to: number };
  readonly input: 'arrived' | 'corrected';
  /** The window in consecutive stretches, each small enough to hold in memory. */
  readonly stretches: AsyncIterable<Timeline> | Iterable<Timeline>;
  readonly answering: Answering;
  readonly limits?: Partial<ReplayLimits>;
  /** Every committed step's result and the entry time of its last row, for what a report does not keep: proofs and files. Must not keep hold of it. */
  onResult?(result: StepResult, clock: number): void;
  /** Share of the window that is done, 0..1. */
  onProgress?(done: number): void;
  readonly signal?: AbortSignal;
  /** Milliseconds of a monotone clock, for the report's duration. */
  readonly now: () => number;
}

export interface ReplayLimits {
  readonly rows: number;
  readonly effects: number;
}
/** 30 days of ten 1 s signals are 26 M rows; an app that asks for more than 100,000 actions in a window is in a loop. */
export const RUN_LIMITS: ReplayLimits = { rows: 200_000_000, effects: 100_000 };

/** Rows a step at most; longer steps gain nothing and delay progress and cancelling. */
const STEP_ROWS = 16_000;
/** Rows that a step's outputs may have together, when each input row gives one on every output: half of what a program may give. */
const STEP_OUTPUTS = 100_000;
/** Steps a stretch at least, so that the course of a watched wire has points to draw. */
const STEPS = 240;
/** What these allow is no effect: a program with nothing else never waits for an answer. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['tag.read', 'alarm.raise']);
/** The last rows go one by one, so that the last records of every wire are known singly. */
const TAIL = 60;
/** Ticks without a row between them; a timer that sets itself again at once would run for ever. */
const TICKS = 100_000;

export class ReplayStopped extends Error {
  readonly code: 'cancelled' | 'too-many-rows' | 'too-many-effects' | 'timer-loop';
  readonly words: Bilingual;
  constructor(code: ReplayStopped['code'], words: Bilingual) {
    super(words.en);
    this.code = code;
    this.words = words;
  }
}

export const cancelled = () => new ReplayStopped('cancelled', { en: 'The run was cancelled.', zh: '运行已取消。' });
export const tooManyRows = (limit: number) =>
  new ReplayStopped('too-many-rows', { en: `More than ${limit} rows in the window.`, zh: `该时段内的数据超过 ${limit} 行。` });

type Answer = Omit<AnswerRow, 'row'>;

/**
 * Runs a program over recorded data with every effect captured. The same step code as live; only the reader and the committer differ.
 *
 * An effect must be answered before the next row, as it would be live when the answer comes at once. A step that asks for one in
 * its middle is therefore taken back (the state was saved before it) and repeated up to the asking row; outputs are the same however
 * a range is cut, so nothing else changes.
 *
 * @throws {ReplayStopped} when cancelled or past a limit; whatever the stepper throws when the program fails.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { info, stepper, window, answering } = options;
  const limits = { ...RUN_LIMITS, ...options.limits };
  const started = options.now();
  const report = new ReportBuilder(info, window);
  const acts = info.capabilities.some((capability) => !WITHOUT_EFFECT.has(capability));
  const most = Math.max(100, Math.min(STEP_ROWS, Math.floor(STEP_OUTPUTS / (info.outputs.length + 1))));
  let answers = [] as Answer[];
  let wakeAt = null as number | null;
  let ordinal = 0;
  /** Rows that are tried in one step; falls while effects are frequent, since a taken-back step is work done twice. */
  let stride = most;

  const check = () => {
    if (options.signal?.aborted) throw cancelled();
    if (report.rows > limits.rows) throw tooManyRows(limits.rows);
    if (report.effectCount > limits.effects)
      throw new ReplayStopped('too-many-effects', {
        en: `The app asked for more than ${limits.effects} actions in the window.`,
        zh: `应用在该时段内请求的动作超过 ${limits.effects} 个。`,
      });
  };
  const commit = async (result: StepResult, rows: number, clock: number) => {
    report.take(result, rows);
    options.onResult?.(result, clock);
    wakeAt = result.wakeAt;
    answers = [];
    for (const effect of result.effects) answers.push(await answer(effect));
  };
  const answer = async (effect: EffectRequest): Promise<Answer> => {
    const given = await answering(effect);
    report.takeEffect(effect, given);
    const { unknown: _unknown, recorded: _recorded, ...said } = given;
    return { node: effect.node, key: effect.key, id: `replay.${ordinal++}`, ...said };
  };
  /** Timers that are due before the next row, and answers that no row follows. */
  const settle = async (until: number, now: number) => {
    for (let ticks = 0; answers.length > 0 || (wakeAt !== null && wakeAt < until); ticks++) {
      if (ticks > TICKS)
        throw new ReplayStopped('timer-loop', {
          en: 'A timer sets itself again without time passing.',
          zh: '定时器在时间未推进的情况下反复触发。',
        });
      const due: number = answers.length > 0 ? now : Math.max(now, wakeAt ?? now);
      const given = answers;
      answers = [];
      await commit(await stepper.step(tickInput(due, given)), 0, due);
      if (ticks % 1000 === 0) check();
    }
  };

  let clock = window.from;
  for await (const line of options.stretches) {
    const stepRows = info.instrumented ? Math.max(1, Math.min(most, Math.ceil(line.n / STEPS))) : most;
    for (let at = 0; at < line.n; ) {
      check();
      const next = line.clock[at] ?? clock;
      // Answers travel with the next rows; only a timer that is due before them needs a tick of its own.
      if (wakeAt !== null && wakeAt < next) await settle(next, clock);
      const rows =
        info.instrumented && line.n - at <= TAIL ? 1 : Math.min(stride, stepRows, line.n - at - (info.instrumented ? TAIL : 0));
      const before = acts && rows > 1 ? await stepper.save() : undefined;
      const result = await stepper.step(line.input(at, at + rows, answers));
      const asked = firstAsking(result, answers.length);
      if (before && asked !== undefined && asked < rows - 1) {
        await stepper.load(before);
        const part = asked + 1;
        await commit(await stepper.step(line.input(at, at + part, answers)), part, line.clock[at + part - 1] ?? clock);
        at += part;
        stride = Math.max(1, stride >> 1);
      } else {
        await commit(result, rows, line.clock[at + rows - 1] ?? clock);
        at += rows;
        stride = Math.min(most, stride << 1);
      }
      clock = line.clock[at - 1] ?? clock;
      options.onProgress?.(Math.min(1, Math.max(0, (clock - window.from) / Math.max(1, window.to - window.from))));
    }
  }
  await settle(window.to, clock);
  check();
  options.onProgress?.(1);
  return report.build(options.input, options.now() - started);
}

/** Row, counted from the first row of the range, that first asked for an effect; an answer's own row counts as the range's first. */
function firstAsking(result: StepResult, answers: number): number | undefined {
  if (result.effects.length === 0) return undefined;
  return Math.max(0, Math.min(...result.effects.map((effect) => effect.row)) - answers);
}
