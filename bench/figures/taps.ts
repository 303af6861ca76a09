import { availableParallelism } from 'node:os';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { cpuSeconds, median } from '../cpu.ts';
import type { FigureSet } from '../figure.ts';
import { hundredHertz, KEYS, moveOn } from '../graphs/rows.ts';
import { tenBlocks } from '../graphs/ten-blocks.ts';

/** What watching costs: the same graph compiled with probes on every wire, in turns with the plain program. */
const BATCH = 1000;
const STEPS = 100;
const ROUNDS = 9;
const WARM = 3;

const set: FigureSet = {
  name: 'taps',
  async run() {
    const open = async (instrumented: boolean) => {
      const compiled = await compileGraph(tenBlocks, { catalogue: loadCatalogue(), instrumented });
      if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
      return { stepper: await createStepper(compiled.program, { seed: 1 }), rates: [] as number[], probes: 0 };
    };
    const [plain, watched] = [await open(false), await open(true)];
    const inputs = hundredHertz(STEPS, BATCH);
    for (let round = 0; round < ROUNDS + WARM; round++) {
      if (round > 0) moveOn(inputs, Math.ceil((STEPS * BATCH) / KEYS) * 10);
      for (const one of [plain, watched]) {
        const begun = cpuSeconds();
        for (const input of inputs) one.probes = (await one.stepper.step(input)).probes?.length ?? 0;
        if (round >= WARM) one.rates.push((STEPS * BATCH) / (cpuSeconds() - begun));
      }
    }
    if (plain.probes > 0 || watched.probes === 0) throw new Error('probes come from the watched program alone');
    plain.stepper.dispose();
    watched.stepper.dispose();
    return [
      {
        name: 'watched program: records per CPU-second',
        value: Math.round(median(watched.rates)),
        unit: '/s',
        conditions: `ten real blocks in an isolate with probes on every wire, batches of ${BATCH}, ${KEYS} keys; median of ${ROUNDS} rounds, ${availableParallelism()} cores`,
        peer: { name: 'the same program unwatched', value: Math.round(median(plain.rates)) },
      },
    ];
  },
};
export default set;
