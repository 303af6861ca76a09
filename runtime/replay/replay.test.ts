import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EffectRequest, OutputRows, ProgramInfo, StepInput, Stepper, StepResult } from '#runtime/step/contract.ts';
import { modelAnswers } from './model-answers.ts';
import { ReplayStopped, replay } from './replay.ts';
import { type RowSeries, timelineOf } from './timeline.ts';

const info: ProgramInfo = {
  hash: 'p',
  graphHash: 'g',
  instrumented: false,
  nodes: [],
  sources: [{ node: 'x', role: 'x', schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } }],
  outputs: [
    {
      name: 'seen',
      node: 'x',
      port: 'out',
      schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, sent: { type: 'number' } } },
      sources: [0],
    },
  ],
  capabilities: ['tag.write'],
  blocks: {},
  preconditions: {},
  splittable: false,
  untrusted: false,
};

/**
 * The smallest program with state, effects, answers and a timer, written by hand: it asks to write every value above 10, notes how many
 * answers it has when each row comes, and wakes `wait` ms after the last row.
 */
function counter(wait = 0): Stepper & { answers: () => number } {
  let state = { answered: 0, woken: 0, wakeAt: null as number | null };
  return {
    answers: () => state.answered,
    async step(input: StepInput): Promise<StepResult> {
      const effects: EffectRequest[] = [];
      const out: { row: number; time: number; value: number; sent: number }[] = [];
      for (let row = 0; row < input.n; row++) {
        const clock = input.clock[row] ?? 0;
        if (state.wakeAt !== null && clock >= state.wakeAt) {
          state.woken++;
          out.push({ row, time: state.wakeAt, value: -1, sent: state.answered });
          state.wakeAt = null;
        }
        state.answered += input.answers.filter((answer) => answer.row === row && answer.ok).length;
        for (const source of input.sources) {
          const at = source.row.indexOf(row);
          if (at < 0) continue;
          const value = (source.columns[0] as Float64Array)[at] ?? 0;
          out.push({ row, time: source.time[at] ?? 0, value, sent: state.answered });
          if (value > 10)
            effects.push({ node: 'x', key: 'k', row, time: source.time[at] ?? 0, kind: 'tag.write', request: { value } });
          if (wait > 0) state.wakeAt = clock + wait;
        }
      }
      const rows: OutputRows = {
        output: 0,
        n: out.length,
        row: Int32Array.from(out, (row) => row.row),
        time: Float64Array.from(out, (row) => row.time),
        key: out.map(() => 'k'),
        columns: [Float64Array.from(out, (row) => row.value), Float64Array.from(out, (row) => row.sent)],
        quality: [undefined, undefined],
      };
      return { outputs: out.length ? [rows] : [], effects, alarms: [], dead: [], late: {}, wakeAt: state.wakeAt };
    },
    async save() {
      return new TextEncoder().encode(JSON.stringify(state));
    },
    async load(bytes) {
      state = JSON.parse(new TextDecoder().decode(bytes));
    },
    dispose() {},
  };
}

const series = (values: readonly number[], step = 1000): RowSeries => ({
  source: 0,
  key: 'k',
  time: Float64Array.from(values, (_value, at) => at * step),
  columns: [Float64Array.from(values)],
  quality: [undefined],
});
const run = (values: readonly number[], more: Partial<Parameters<typeof replay>[0]> = {}, stepper: Stepper = counter()) =>
  replay({
    info,
    stepper,
    window: { from: 0, to: values.length * 1000 },
    input: 'corrected',
    stretches: [timelineOf([series(values)])],
    answering: modelAnswers('confirm'),
    now: () => 0,
    ...more,
  });

describe('replay', () => {
  it('answers each effect before the next row, wherever the rows are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 700 }), async (values) => {
        const report = await run(values);
        let answered = 0;
        const sent = values.map((value) => {
          const now = answered;
          if (value > 10) answered++;
          return now;
        });
        const column = report.outputs[0]?.series.find((one) => one.column === 'sent')?.points;
        if (values.length <= 600) expect(column?.last).toEqual(sent);
        expect(column?.count).toBe(values.length);
        expect(report.rows).toBe(values.length);
        expect(report.effects.total).toBe(answered);
        expect(report.effects.unknown).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('wakes timers that no row reaches, up to the end of the window', async () => {
    const report = await run([1, 2, 3], { window: { from: 0, to: 10_000 } }, counter(5_000));
    expect(report.outputs[0]?.last.k).toEqual({ time: 7_000, values: { value: -1, sent: 0 } });
  });

  it('leaves a timer alone that is due after the window', async () => {
    const report = await run([1, 2, 3], {}, counter(5_000));
    expect(report.outputs[0]?.rows).toBe(3);
  });

  it('counts what nobody can answer', async () => {
    const report = await run([11], { answering: () => ({ ok: false, reason: 'unknown', unknown: true }) });
    expect(report.effects).toMatchObject({ total: 1, unknown: 1, byKind: { 'tag.write': 1 } });
  });

  it('stops when asked, and past its limits', async () => {
    await expect(run([1, 2, 3], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(run(new Array(50).fill(11), { limits: { effects: 10 } })).rejects.toBeInstanceOf(ReplayStopped);
  });

  it('reports progress up to the end', async () => {
    const seen: number[] = [];
    await run(new Array(1000).fill(1), { onProgress: (done) => seen.push(done) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

describe('timelineOf', () => {
  it('merges by time and, at the same time, in the order of the sources', () => {
    const line = timelineOf([
      { ...series([1, 2, 3], 2000), source: 0 },
      { ...series([10, 20, 30, 40], 1000), source: 1, key: 'm' },
    ]);
    expect([...line.clock]).toEqual([0, 0, 1000, 2000, 2000, 3000, 4000]);
    const input = line.input(1, 5, [{ node: 'n', key: 'k', id: '1', ok: true }]);
    expect(input.n).toBe(5);
    expect([...input.clock]).toEqual([0, 0, 1000, 2000, 2000]);
    expect(input.sources.map((source) => [source.source, [...source.row], [...(source.columns[0] as Float64Array)]])).toEqual([
      [0, [3], [2]],
      [1, [1, 2, 4], [10, 20, 30]],
    ]);
    expect(input.sources[1] && [...input.sources[1].key].map((code) => input.words[code])).toEqual(['m', 'm', 'm']);
  });
});
