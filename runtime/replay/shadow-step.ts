import type { AnswerRow, EffectRequest, StepInput, Stepper, StepResult } from '#runtime/step/contract.ts';
import type { NumberedEffect } from '#runtime/step/take-step.ts';
import type { Answering } from './model-answers.ts';
import { tickInput } from './timeline.ts';

/** Answers that make new requests that are answered: a loop without time passing. */
const ROUNDS = 1_000;

/**
 * A candidate beside the version that runs. Its effects are captured: one that the running version asked for alike gets the recorded answer when that
 * comes; any other is answered by the model at once. Answers to what it did not ask for never reach it. Its own timers are served before the next row.
 */
export class ShadowStep {
  private readonly stepper: Pick<Stepper, 'step'>;
  private readonly answering: Answering;
  /** Ids of answers that are for both. */
  private readonly asked = new Set<string>();
  private readonly shardId: number;
  /** The last step before the shadow began: what was asked until then was asked by both. */
  private readonly since: number;
  private wakeAt: number | null;
  private clock = Number.NEGATIVE_INFINITY;
  private ordinal = 0;

  constructor(options: {
    stepper: Pick<Stepper, 'step'>;
    answering: Answering;
    shardId: number;
    since: number;
    wakeAt: number | null;
  }) {
    this.stepper = options.stepper;
    this.answering = options.answering;
    this.shardId = options.shardId;
    this.since = options.since;
    this.wakeAt = options.wakeAt;
  }

  /** One step over the rows that the running version got in step `step`, in which it asked for `live`. Gives what was asked for beyond that. */
  async take(
    input: StepInput,
    step: number,
    live: readonly NumberedEffect[],
  ): Promise<{ result: StepResult; own: ReadonlySet<EffectRequest>; unknown: number }> {
    const begin = input.clock[0] ?? this.clock;
    const parts = await this.timers(begin);
    const answers = input.answers.filter((answer) => this.isMine(answer));
    parts.push(await this.stepper.step({ ...input, answers }));
    this.clock = Math.max(this.clock, input.clock[input.n - 1] ?? this.clock);
    const free = [...live];
    const own = new Set<EffectRequest>();
    let unknown = 0;
    let open: readonly EffectRequest[] = parts.flatMap((part) => part.effects);
    for (let round = 0; open.length > 0; round++) {
      if (round > ROUNDS) throw new Error('the candidate asks again and again without time passing');
      const model: Omit<AnswerRow, 'row'>[] = [];
      for (const effect of open) {
        const twin = free.findIndex(
          (one) =>
            one.node === effect.node &&
            one.key === effect.key &&
            one.kind === effect.kind &&
            sameRequest(one.request, effect.request),
        );
        const [found] = twin < 0 ? [] : free.splice(twin, 1);
        if (found) this.asked.add(`${this.shardId}:${step}:${found.ordinal}`);
        else {
          own.add(effect);
          const { unknown: nobodyKnows, recorded: _recorded, ...answer } = await this.answering(effect);
          if (nobodyKnows) unknown++;
          model.push({ node: effect.node, key: effect.key, id: `shadow.${this.ordinal++}`, ...answer });
        }
      }
      open = [];
      if (model.length === 0) break;
      const after = await this.stepper.step(tickInput(Math.max(this.clock, begin), model));
      parts.push(after);
      open = after.effects;
    }
    const last = parts.at(-1) as StepResult;
    this.wakeAt = last.wakeAt;
    return { result: joined(parts, last), own, unknown };
  }

  /** Its timers that are due before the time `until`. */
  private async timers(until: number): Promise<StepResult[]> {
    const parts: StepResult[] = [];
    for (let round = 0; this.wakeAt !== null && this.wakeAt < until; round++) {
      if (round > ROUNDS) throw new Error('a timer of the candidate sets itself again without time passing');
      const due = Math.max(this.wakeAt, this.clock);
      const result = await this.stepper.step(tickInput(due));
      this.clock = due;
      this.wakeAt = result.wakeAt;
      parts.push(result);
    }
    return parts;
  }

  private isMine({ id }: AnswerRow): boolean {
    const step = Number(id.split(':')[1]);
    return step <= this.since || this.asked.delete(id);
  }
}

const joined = (parts: readonly StepResult[], last: StepResult): StepResult => ({
  outputs: parts.flatMap((part) => part.outputs),
  effects: parts.flatMap((part) => part.effects),
  alarms: parts.flatMap((part) => part.alarms),
  dead: parts.flatMap((part) => part.dead),
  late: parts.reduce<Record<string, number>>((sum, part) => {
    for (const [node, n] of Object.entries(part.late)) sum[node] = (sum[node] ?? 0) + n;
    return sum;
  }, {}),
  wakeAt: last.wakeAt,
});

const sameRequest = (a: object, b: object): boolean => sorted(a) === sorted(b);
const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
