/** The first minute of an app of many signals: the longest of its steps is the one in which V8 compiles what has become hot. */
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import { cpuSeconds, median } from '../cpu.ts';
import type { FigureSet } from '../figure.ts';
import { scanGroupApp } from '../graphs/scan-group.ts';

const SIGNALS = 100;
/** Ten a second, as one scan after the other brings them. */
const STEPS = 600;
const APPS = 5;

const scan = (n: number): StepInput => {
  const time = 1_700_000_000_000 + n * 100;
  return {
    n: SIGNALS,
    clock: new Float64Array(SIGNALS).fill(time),
    words: ['press 1'],
    sources: Array.from({ length: SIGNALS }, (_, source) => ({
      ...{ source, n: 1, row: Int32Array.of(source), time: Float64Array.of(time), key: Int32Array.of(0) },
      ...{ columns: [Float64Array.of(Math.sin(n / 50 + source))], quality: [undefined] },
    })),
    answers: [],
  };
};

const tierUp: FigureSet = {
  name: 'tier-up',
  async run() {
    const compiled = await compileGraph(scanGroupApp(SIGNALS), { catalogue: loadCatalogue() });
    if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
    const longest: number[] = [];
    const usual: number[] = [];
    // its process has compiled the host's side of a step when the first one is through
    for (let app = 0; app <= APPS; app++) {
      const stepper = await createStepper(compiled.program, { seed: 1 });
      const costs: number[] = [];
      for (let n = 0; n < STEPS; n++) {
        const input = scan(n);
        const from = cpuSeconds();
        await stepper.step(input);
        costs.push((cpuSeconds() - from) * 1000);
      }
      stepper.dispose();
      if (app === 0) continue;
      longest.push(Math.max(...costs.slice(1)));
      usual.push(median(costs));
    }
    const conditions = `an app of ${SIGNALS} signals with an average each, ${STEPS} steps of one scan, CPU time, median of ${APPS} apps, the first step (isolate just made) left out`;
    return [
      { name: 'just started: longest step', value: median(longest), unit: 'ms', conditions, goal: { atMost: 60 } },
      { name: 'just started: median step', value: median(usual), unit: 'ms', conditions },
    ];
  },
};
export default tierUp;
