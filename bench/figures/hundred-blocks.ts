import { availableParallelism } from 'node:os';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import type { Program } from '#runtime/step/contract.ts';
import { cpuSeconds, median } from '../cpu.ts';
import type { FigureSet } from '../figure.ts';
import { hundredBlocks } from '../graphs/hundred-blocks.ts';
import { hundredHertz, KEYS, moveOn } from '../graphs/rows.ts';

/** A graph of a hundred real blocks: what it costs to run, to compile, and to start. Times are CPU times, which other work on the machine leaves alone. */
const BATCH = 1000;
const STEPS = 40;
const ROUNDS = 9;
const WARM = 4;
const STARTS = 7;

const set: FigureSet = {
  name: 'hundred-blocks',
  async run() {
    const catalogue = loadCatalogue();
    const compile = async (): Promise<Program> => {
      const compiled = await compileGraph(hundredBlocks, { catalogue });
      if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
      return compiled.program;
    };
    const inputs = hundredHertz(STEPS, BATCH);
    const [compiling, starting, running]: [number[], number[], number[]] = [[], [], []];
    let program = await compile();
    for (let i = 0; i < STARTS; i++) {
      const begun = cpuSeconds();
      program = await compile();
      const between = cpuSeconds();
      const stepper = await createStepper(program, { seed: 1 });
      if (inputs[0]) await stepper.step(inputs[0]);
      starting.push((cpuSeconds() - between) * 1e3);
      compiling.push((between - begun) * 1e3);
      stepper.dispose();
    }
    const stepper = await createStepper(program, { seed: 1 });
    let last = 0;
    for (let round = 0; round < ROUNDS + WARM; round++) {
      if (round > 0) moveOn(inputs, Math.ceil((STEPS * BATCH) / KEYS) * 10);
      const begun = cpuSeconds();
      for (const input of inputs) for (const o of (await stepper.step(input)).outputs) last += o.n;
      if (round >= WARM) running.push((STEPS * BATCH * 100) / (cpuSeconds() - begun));
    }
    stepper.dispose();
    if (last !== (ROUNDS + WARM) * STEPS * BATCH) throw new Error(`${last} rows came out`);
    const cores = `${availableParallelism()} cores`;
    return [
      {
        name: '100 blocks: block-records per CPU-second',
        value: Math.round(median(running)),
        unit: '/s',
        conditions: `a chain of 100 real blocks in an isolate, batches of ${BATCH}, ${KEYS} keys, all rows come out with all that travels beside the value; median of ${ROUNDS} rounds, ${cores}`,
        goal: { atLeast: 60_000_000 },
      },
      {
        name: '100 blocks: compile',
        value: median(compiling),
        unit: 'ms',
        conditions: `graph check and program text, CPU time, median of ${STARTS}, the first left out, ${cores}`,
        goal: { atMost: 100 },
      },
      {
        name: '100 blocks: isolate and first batch',
        value: median(starting),
        unit: 'ms',
        conditions: `CPU time with V8's compiled form in the cache, first ${BATCH} rows included, median of ${STARTS}, ${cores}`,
        goal: { atMost: 100 },
      },
    ];
  },
};
export default set;
