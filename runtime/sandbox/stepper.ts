import { readFileSync } from 'node:fs';
import ivm from 'isolated-vm';
import { decodeState, encodeState } from '#runtime/batch/value-codec.ts';
import type { ProbeValue, Program, StepInput, Stepper, StepResult } from '#runtime/step/contract.ts';
import { newIsolate } from './birth.ts';
import { type CodeCache, codeKey, openCodeCache } from './code-cache.ts';
import { Crossing, type OutputRest } from './crossing.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { PROGRAM_FILE, placeInStack, placeOf, SandboxError } from './sandbox-error.ts';
import { onThread } from './threads.ts';
import { traced } from './trace.ts';

export interface StepperOptions extends Partial<Limits> {
  /** Seeds `ctx.random()`; the same seed gives the same run. */
  readonly seed?: number;
  /** Note every line, so that a timeout or an out-of-memory names its block. Slower: for finding who is to blame. */
  readonly trace?: boolean;
  /** Probes of an instrumented program: with the result of each step, or only by `probes()`, which makes watching cheap. */
  readonly look?: 'each step' | 'when asked';
  readonly codeCache?: CodeCache;
  /** V8 lost control of the isolate, or it cannot be interrupted: what runs must be finished and the process replaced. */
  readonly onFatal?: (error: SandboxError) => void;
}

export interface SandboxStepper extends Stepper {
  /** One crossing for a step and the state after it. */
  stepAndSave(input: StepInput): Promise<{ result: StepResult; state: Uint8Array }>;
  /**
   * Takes steps that were taken before, in one crossing: what they give is thrown away. Answers with the timer that is set after the last. May take as long as
   * that many steps may, as far as the host waits at all: give few when they are slow.
   */
  again(inputs: readonly StepInput[]): Promise<number | null>;
  /** What came over the wires of an instrumented program since the last look. */
  probes(): Promise<readonly ProbeValue[]>;
  /** A step of a timed program, with the CPU time of each of its parts, ns, and of a call that does nothing. */
  timedStep(input: StepInput): Promise<{ result: StepResult; parts: number[]; nothing: number }>;
  /** Where a traced program is, or was last. */
  place(): { node: string; block: string; line?: number } | undefined;
  /** Bytes on the isolate's heap and in its buffers. */
  memory(): number;
}

interface Described {
  code: SandboxError['code'];
  message: string;
  node?: string;
  stack?: string;
}
/** `true`: done, with nothing to tell. */
type Answer<T> = true | { ok: true; value: T } | { ok: false; error: Described };
type Entry = ivm.Reference<(...args: unknown[]) => unknown>;
type Arguments = ivm.Copy<unknown> | boolean | number | undefined;
/** What a step gives beside rows; what is absent is empty. */
type StepRest = OutputRest & Partial<Omit<StepResult, 'outputs' | 'wakeAt' | 'nodes'>>;

interface Lay {
  layout: unknown;
  blocks: unknown;
}

const SLICES = 10;
const nothing = () => {};
const GUEST = readFileSync(new URL('./guest.js', import.meta.url), 'utf8');
const CROSSING = readFileSync(new URL('./crossing.guest.js', import.meta.url), 'utf8');
const ownCache = openCodeCache();
const copied = (value: unknown) => new ivm.ExternalCopy(value).copyInto({ release: true });

/**
 * A program in an isolate of its own. Data crosses by copy only; no host object is ever handed in. After any rejection the state inside
 * is unknown: dispose the stepper and load a new one from the last good state.
 *
 * @throws {SandboxError} BAD_PROGRAM when the text does not compile or give the three entries
 */
export async function createStepper(program: Program, options: StepperOptions = {}): Promise<SandboxStepper> {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options };
  const cell = options.trace ? new Int32Array(new SharedArrayBuffer(8)) : undefined;
  let ended: SandboxError | undefined;
  const fatal = (error: SandboxError) => {
    ended ??= error;
    options.onFatal?.(error);
  };
  const isolate = await newIsolate(Math.max(8, Math.round(limits.memoryMb)), (message) =>
    fatal(failure('STUCK', `V8 gave the isolate up: ${message}`)),
  );

  function failure(code: SandboxError['code'], message: string, where?: { node?: string; stack?: string }): SandboxError {
    const node = where?.node !== undefined && Object.hasOwn(program.info.blocks, where.node) ? where.node : undefined;
    const place =
      (node ? { node, block: program.info.blocks[node]?.block } : undefined) ??
      (where?.stack ? placeInStack(program.map, where.stack, cell?.[1]) : undefined) ??
      (cell?.[0] ? placeOf(program.map, cell[0], cell[1]) : undefined);
    return new SandboxError(code, message, place);
  }
  /** isolated-vm reports its own limits as plain errors with fixed texts. */
  function fromHost(error: unknown): SandboxError {
    if (error instanceof SandboxError) return error;
    const text = error instanceof Error ? error.message : String(error);
    if (/timed out/.test(text)) return failure('TIMEOUT', `stopped after ${limits.timeoutMs} ms of CPU`);
    if (/memory limit|Array buffer allocation failed/i.test(text))
      return failure('MEMORY', `needs more than ${limits.memoryMb} MB`);
    if (/disposed/i.test(text)) return ended ?? failure('DISPOSED', 'the isolate is gone');
    if (error instanceof SyntaxError) return failure('BAD_PROGRAM', text.slice(0, 500));
    return failure('THREW', text.slice(0, 500));
  }
  function guarded<T>(run: () => Promise<T>): Promise<T> {
    if (ended) return Promise.reject(ended);
    return onThread(
      () =>
        new Promise<T>((resolve, reject) => {
          if (cell) cell[0] = 0;
          // In slices, so that only time in which this process ran counts: one that was stopped for a while (SIGSTOP, a suspended machine) blames nobody.
          let slices = SLICES;
          let deadline = setTimeout(function slice() {
            if (--slices > 0) {
              deadline = setTimeout(slice, limits.hostDeadlineMs / SLICES);
              return;
            }
            const error = failure('STUCK', `cannot be interrupted: still running after ${limits.hostDeadlineMs} ms`);
            reject(error);
            fatal(error);
          }, limits.hostDeadlineMs / SLICES);
          run().then(
            (value) => {
              clearTimeout(deadline);
              resolve(value);
            },
            (error) => {
              clearTimeout(deadline);
              const known = fromHost(error);
              // an isolate that ran out of memory takes every context with it
              if (isolate.isDisposed) ended ??= known;
              reject(known);
            },
          );
        }),
    );
  }
  /** The arguments are moved or copied in; the answer is copied out. */
  async function call<T>(entry: Entry, args: Arguments[], timeout = limits.timeoutMs): Promise<T | undefined> {
    const answer = await guarded(
      () =>
        entry.apply(undefined, args as Parameters<Entry['apply']>[1], {
          result: { copy: true },
          timeout,
        }) as Promise<Answer<T>>,
    );
    if (answer === true) return undefined;
    if (answer.ok) return answer.value;
    throw failure(answer.error.code, answer.error.message, answer.error);
  }
  // The area of the rows is one for all steps: they go one after the other. Run from a promise, where V8 finds a short stack to remember.
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = before.then(run);
    before = mine.then(nothing, nothing);
    return mine;
  };
  const crossing = new Crossing();
  const looks = program.info.instrumented && options.look !== 'when asked';
  async function step<T>(entry: Entry, input: StepInput, save: boolean): Promise<T | undefined> {
    const { area, rest } = crossing.pack(input);
    const shared = area && new ivm.ExternalCopy(area).copyInto({ release: true });
    return call<T>(entry, [save, looks, shared, rest && copied(rest)]);
  }
  async function timedStep(entries: { part: Entry; end: Entry }, input: StepInput) {
    const { area, rest } = crossing.pack(input);
    const shared = area && new ivm.ExternalCopy(area).copyInto({ release: true });
    await call(entries.part, [-1, shared, rest && copied(rest)]);
    const costs: number[] = [];
    for (const part of [...(program.info.parts ?? []).keys(), undefined]) {
      const before = isolate.cpuTime;
      await call(entries.part, [part]);
      costs.push(Number(isolate.cpuTime - before));
    }
    const nothing = costs.pop() ?? 0;
    return { result: resultOf(await call<StepRest>(entries.end, [])), parts: costs, nothing };
  }
  /** How a state lies is told once (`guest.js`); filled in where it stood, so that the same state gives the same bytes. */
  let lay: Lay | undefined;
  function stateOf(state: unknown): unknown {
    const part = state as Partial<Lay> | undefined;
    if (typeof part !== 'object' || part === null || !('layout' in part)) return state;
    if (part.layout === undefined) {
      if (!lay) throw failure('OUTPUT_KIND', 'the state does not say how it lies');
      return Object.assign(part, lay);
    }
    lay = { layout: part.layout, blocks: part.blocks };
    return state;
  }
  function resultOf(given: StepRest = {}): StepResult {
    try {
      const { buffer: _, names: __, from: ___, boxed: ____, ...rest } = given;
      return { effects: [], alarms: [], dead: [], late: {}, ...rest, ...crossing.unpack(given) };
    } catch {
      throw failure('OUTPUT_KIND', 'the rows of the outputs are not whole');
    }
  }

  try {
    const entries = await guarded(async () => {
      const context = await isolate.createContext();
      const guest = (await context.eval(GUEST, { reference: true, filename: 'guest' })) as Entry;
      const crossing = await context.eval(CROSSING, { reference: true, filename: 'crossing' });
      const { rows, effects, alarms, dead, bytes, stateBytes } = limits;
      const nodes = program.info.outputs.map((o) => o.node);
      const given = { freeze: program.info.untrusted, nodes, rows, effects, alarms, dead, bytes, stateBytes };
      const handle = (await guest.apply(undefined, [new ivm.ExternalCopy(given).copyInto(), crossing.derefInto()], {
        result: { reference: true },
        timeout: limits.timeoutMs,
      })) as ivm.Reference<Record<string, unknown>>;
      const made = (await (await compiled()).run(context, { reference: true, timeout: limits.timeoutMs })) as Entry;
      const entry = async (name: string) => (await handle.get(name, { reference: true })) as Entry;
      const started = (await (
        await entry('start')
      ).apply(undefined, [made.derefInto(), options.seed ?? 0, cell && new ivm.ExternalCopy(cell.buffer).copyInto()], {
        result: { copy: true },
        timeout: limits.timeoutMs,
      })) as Answer<void>;
      if (started !== true && !started.ok) throw failure(started.error.code, started.error.message, started.error);
      return {
        step: await entry('step'),
        again: await entry('again'),
        save: await entry('save'),
        load: await entry('load'),
        probes: await entry('probes'),
        part: await entry('part'),
        end: await entry('end'),
      };
    });
    return {
      step: (input) => inTurn(async () => resultOf(await step<StepRest>(entries.step, input, false))),
      stepAndSave: (input) =>
        inTurn(async () => {
          const both = await step<{ rest?: StepRest; state: unknown }>(entries.step, input, true);
          return { result: resultOf(both?.rest), state: encodeState(stateOf(both?.state)) };
        }),
      again: (inputs) =>
        inTurn(async () => {
          // well within the time after which the host gives the isolate up
          const most = Math.max(limits.timeoutMs, limits.hostDeadlineMs / 2);
          return (
            (await call<number | null>(entries.again, [copied(inputs)], Math.min(limits.timeoutMs * inputs.length, most))) ?? null
          );
        }),
      save: () => inTurn(async () => encodeState(stateOf(await call(entries.save, [])))),
      load: async (bytes) => void (await call(entries.load, [copied(decodeState(bytes))])),
      timedStep: (input) => inTurn(() => timedStep(entries, input)),
      probes: async () => (await call<readonly ProbeValue[]>(entries.probes, [])) ?? [],
      place: () => (cell?.[0] ? placeOf(program.map, cell[0], cell[1]) : undefined),
      memory: () => {
        if (isolate.isDisposed) return 0;
        const heap = isolate.getHeapStatisticsSync();
        return heap.total_heap_size + heap.externally_allocated_size;
      },
      dispose() {
        ended ??= new SandboxError('DISPOSED', 'the isolate is gone');
        if (!isolate.isDisposed && ended.code !== 'STUCK') isolate.dispose();
      },
    };
  } catch (error) {
    if (!isolate.isDisposed && ended?.code !== 'STUCK') isolate.dispose();
    throw error;
  }

  async function compiled(): Promise<ivm.Script> {
    const text = cell ? traced(program) : `(${program.text}\n)`;
    const cache = options.codeCache ?? ownCache;
    const key = codeKey(text);
    const known = cache.get(key);
    const origin = { filename: PROGRAM_FILE, columnOffset: -1 };
    if (known) {
      const cachedData = new ivm.ExternalCopy(known.slice().buffer);
      const script = await isolate.compileScript(text, { ...origin, cachedData });
      if (!(script as ivm.Script & { cachedDataRejected?: boolean }).cachedDataRejected) return script;
    }
    const script = await isolate.compileScript(text, { ...origin, produceCachedData: true });
    const data = (script as ivm.Script & { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
    if (data) cache.set(key, new Uint8Array(data.copy()));
    return script;
  }
}
