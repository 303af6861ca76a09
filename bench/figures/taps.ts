import { availableParallelism } from 'node:os';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { cpuSeconds, median } from '../cpu.ts';
import type { FigureSet } from '../figure.ts';
import { hundredHertz, KEYS, moveOn } from '../graphs/rows.ts';
import { tenBlocks } from '../graphs/ten-blocks.ts';

/** What watching costs: the same graph compiled with probes on every wire and looked at as often as the studio is told, in turns with the plain program. */
const BATCH = 1000;
const STEPS = 500;
const ROUNDS = 9;
const WARM = 3;
/** As the worker tells watched wires. */
const LOOK_MS = 250;

const set: FigureSet = {
  name: 'taps',
  async run() {
    const open = async (instrumented: boolean) => {
      const compiled = await compileGraph(tenBlocks, { catalogue: loadCatalogue(), instrumented });
      if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
      const stepper = await createStepper(compiled.program, { seed: 1, look: 'when asked' });
      return { stepper, rates: [] as number[], probes: 0, asked: 0 };
    };
    const [plain, watched] = [await open(false), await open(true)];
    const inputs = hundredHertz(STEPS, BATCH);
    for (let round = 0; round < ROUNDS + WARM; round++) {
      if (round > 0) moveOn(inputs, Math.ceil((STEPS * BATCH) / KEYS) * 10);
      for (const one of [plain, watched]) {
        const begun = cpuSeconds();
        for (const input of inputs) {
          await one.stepper.step(input);
          if (performance.now() - one.asked < LOOK_MS) continue;
          one.asked = performance.now();
          one.probes += (await one.stepper.probes()).length;
        }
        if (round >= WARM) one.rates.push((STEPS * BATCH) / (cpuSeconds() - begun));
      }
    }
    if (plain.probes > 0 || watched.probes === 0) throw new Error('probes come from the watched program alone');
    const ratio = median(watched.rates.map((rate, i) => rate / (plain.rates[i] ?? Number.NaN)));
    plain.stepper.dispose();
    watched.stepper.dispose();
    return [
      {
        name: 'watched program: records per CPU-second',
        value: Math.round(median(watched.rates)),
        unit: '/s',
        conditions: `ten real blocks in an isolate with probes on every wire, looked at every ${LOOK_MS} ms, batches of ${BATCH}, ${KEYS} keys; median of ${ROUNDS} rounds, ${availableParallelism()} cores`,
        peer: { name: 'the same program unwatched', value: Math.round(median(plain.rates)) },
      },
      {
        name: 'watched program against the same unwatched',
        value: ratio,
        unit: '1',
        conditions: "records per CPU-second of both in turns, median of the rounds' ratios",
        goal: { atLeast: 0.5 },
      },
    ];
  },
};
export default set;
