import { decodeState, encodeState } from '#runtime/batch/value-codec.ts';
import type {
  GivenResult,
  OutputRows,
  Program,
  ProgramHandle,
  ProgramOptions,
  StepInput,
  Stepper,
  StepResult,
} from '#runtime/step/contract.ts';

/**
 * A program in this process: for tests, `mw` proofs of trusted code and the property suite. No limits and no isolation: installed apps
 * run in `runtime/sandbox`.
 */
export interface LocalStepper extends Stepper {
  stepNow(input: StepInput): StepResult;
  saveNow(): Uint8Array;
  loadNow(state: Uint8Array): void;
}

export function createLocalStepper(program: Program, options: ProgramOptions = { seed: 1 }): LocalStepper {
  // the same realm: typed arrays made here and there are of one kind, as they are behind an isolate's copies
  const make = new Function(`return ${program.text}\n//# sourceURL=program.js`)() as (options: ProgramOptions) => ProgramHandle;
  const handle = make(options);
  const stepNow = (input: StepInput): StepResult => resultOf(handle.step(input), handle.probes?.());
  const saveNow = () => encodeState(handle.save());
  const loadNow = (state: Uint8Array) => handle.load(decodeState(state));
  return {
    stepNow,
    saveNow,
    loadNow,
    step: async (input) => stepNow(input),
    save: async () => saveNow(),
    load: async (state) => loadNow(state),
    dispose: () => {},
  };
}

/** The result as the caller's own. */
function resultOf({ outputs, keys, ...rest }: GivenResult, probes: StepResult['probes']): StepResult {
  return structuredClone({
    outputs: outputs.map(({ output, n, row, time, key, columns, quality }): OutputRows => {
      const own = { output, n, row: row.slice(0, n), time: time.slice(0, n) };
      return {
        ...own,
        key: Array.from(key.subarray(0, n), (k) => keys[k] ?? ''),
        columns: columns.map((c) => (c instanceof Uint8Array ? Float64Array.from(c.subarray(0, n)) : c.slice(0, n))),
        quality: quality.map((q) => q.slice(0, n)).map((q) => (q.some((code) => code !== 0) ? q : undefined)),
      };
    }),
    ...rest,
    ...(probes ? { probes } : {}),
  });
}
