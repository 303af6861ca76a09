import { availableParallelism } from 'node:os';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import type { StepInput, StepResult } from '#runtime/step/contract.ts';
import { cpuSeconds, median } from '../cpu.ts';
import type { FigureSet } from '../figure.ts';
import { hundredHertz, KEYS, moveOn } from '../graphs/rows.ts';
import { tenBlocks } from '../graphs/ten-blocks.ts';
import { type Closures, closures } from '../peers/closures.ts';
import { nodeRed } from '../peers/node-red.ts';

/**
 * Records per CPU-second of ten real blocks in an isolate, the copies in and out included, in turns with the same ten as a chain of closures
 * in this process and as nodes of Node-RED in a process of its own. The results of program and closures are compared.
 */
const BATCH = 1000;
const STEPS = 500;
const ROUNDS = 9;
const WARM = 2;

/** What came out, in numbers that both sides can give. */
interface Totals {
  alarms: number;
  values: number;
  uncertain: number;
  means: number;
  rows: number;
}
const nothing = (): Totals => ({ alarms: 0, values: 0, uncertain: 0, means: 0, rows: 0 });

function countResult(totals: Totals, result: StepResult, places: { value: number; on: number; mean: number }): void {
  for (const o of result.outputs) {
    const column = (i: number) => o.columns[i] as Float64Array;
    if (o.output === 0) {
      const value = column(places.value);
      const on = column(places.on);
      const quality = o.quality[places.value];
      for (let i = 0; i < o.n; i++) {
        totals.values += value[i] ?? 0;
        totals.alarms += on[i] ?? 0;
        if (quality?.[i]) totals.uncertain++;
      }
    } else {
      const mean = column(places.mean);
      for (let i = 0; i < o.n; i++) totals.means += mean[i] ?? 0;
      totals.rows += o.n;
    }
  }
}
function countMessages(totals: Totals, peer: Closures): void {
  for (const m of peer.alarms) {
    totals.values += m.value;
    totals.alarms += m.on ? 1 : 0;
    if (m.valueQ) totals.uncertain++;
  }
  for (const row of peer.means) totals.means += row.mean;
  totals.rows += peer.means.length;
  peer.alarms.length = peer.means.length = 0;
}
function sendAll(peer: Closures, input: StepInput): void {
  const [source] = input.sources;
  const value = source?.columns[0] as Float64Array;
  for (let i = 0; i < input.n; i++)
    peer.send({
      time: source?.time[i] ?? 0,
      key: input.words[source?.key[i] ?? 0] ?? '',
      origin: 'measured',
      value: value[i] ?? 0,
      valueQ: source?.quality[0]?.[i] ?? 0,
    });
}

const program: FigureSet = {
  name: 'program',
  async run() {
    const compiled = await compileGraph(tenBlocks, { catalogue: loadCatalogue() });
    if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
    const [first, second] = compiled.program.info.outputs.map((o) => Object.keys(o.schema.columns));
    const places = { value: first?.indexOf('value') ?? -1, on: first?.indexOf('on') ?? -1, mean: second?.indexOf('mean') ?? -1 };
    const inputs = hundredHertz(STEPS, BATCH);
    const peer = closures();
    const stepper = await createStepper(compiled.program, { seed: 1 });
    const [ours, chain, red]: [number[], number[], number[]] = [[], [], []];
    const [mine, theirs] = [nothing(), nothing()];
    for (let round = 0; round < ROUNDS + WARM; round++) {
      if (round > 0) moveOn(inputs, Math.ceil((STEPS * BATCH) / KEYS) * 10);
      const begun = cpuSeconds();
      for (const input of inputs) countResult(mine, await stepper.step(input), places);
      const between = cpuSeconds();
      for (const input of inputs) {
        sendAll(peer, input);
        countMessages(theirs, peer);
      }
      const ended = cpuSeconds();
      if (round < WARM) continue;
      ours.push((STEPS * BATCH) / (between - begun));
      chain.push((STEPS * BATCH) / (ended - between));
      if (round % 3 === 0) red.push(await nodeRed());
    }
    stepper.dispose();
    for (const [name, value] of Object.entries(mine))
      if (Math.abs(value - theirs[name as keyof Totals]) > 1e-9 * Math.abs(value) || value === 0)
        throw new Error(`program and closures do not agree on ${name}: ${value} and ${theirs[name as keyof Totals]}`);
    const conditions = `ten real blocks in an isolate, quality and origin on, batches of ${BATCH}, ${KEYS} keys, copies in and out included; median of ${ROUNDS} rounds of ${STEPS * BATCH} records, ${availableParallelism()} cores`;
    const rate = median(ours);
    return [
      { name: 'program: records per CPU-second', value: Math.round(rate), unit: '/s', conditions, goal: { atLeast: 4_000_000 } },
      {
        name: 'program against one closure per block and message: the same work without isolate',
        value: median(ours.map((r, i) => r / (chain[i] ?? Number.NaN))),
        unit: '1',
        conditions: `records per CPU-second of both in turns, median of the rounds' ratios; the chain does ${Math.round(median(chain))}/s`,
        goal: { atLeast: 1.3 },
      },
      {
        name: 'program against Node-RED 5 with ten equivalent core nodes',
        value: rate / median(red),
        unit: '1',
        conditions: `records per CPU-second of both in turns; Node-RED, the best round of each of its processes, does ${Math.round(median(red))}/s`,
        goal: { atLeast: 500 },
      },
    ];
  },
};
export default program;
