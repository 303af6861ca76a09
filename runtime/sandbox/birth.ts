import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import ivm from 'isolated-vm';

/**
 * Isolates are born on a thread of the pool that will run them.
 *
 * V8 keeps, per isolate, how deep the stack of the thread may go that made it. Its optimizing compiler asks that limit on whatever thread it
 * works, and the stacks of pool threads lie far below the main thread's: for an isolate made by `new ivm.Isolate` on the main thread it takes
 * every pool thread's stack for used up, and silently compiles without knowing any built-in (`Math.sqrt`, `Number.isNaN`, `Array.push` stay
 * calls that box their numbers). A program is then half as fast as it could be. So a small isolate that holds nothing but isolated-vm and
 * the function below makes the others; and the limit that they remember is set wide enough for all threads of the pool. What stops deep
 * recursion is another limit, set at every entry.
 */
const MAKER =
  '(memoryLimit, catastrophe) => new ivm.Isolate({ memoryLimit, onCatastrophicError: (message) => catastrophe(message) })';
/** Stacks of 8 MB with the allocator's arenas between them; in KiB, and V8 counts the bytes in 31 bits. */
const REACH = 2_000_000;
/** V8's own default, KiB; what the process was started with, where it says so. */
const USUAL = Number(/^--stack[-_]size=(\d+)$/m.exec(process.execArgv.join('\n'))?.[1] ?? 984);

type Make = ivm.Reference<(memoryMb: number, catastrophe: ivm.Callback) => ivm.Isolate>;
let maker: Promise<Make> | undefined;
let births = 0;

export async function newIsolate(memoryMb: number, onCatastrophe: (message: string) => void): Promise<ivm.Isolate> {
  maker ??= openMaker();
  const make = await maker;
  if (births++ === 0) v8.setFlagsFromString(`--stack-size=${REACH}`);
  try {
    return (await make.apply(undefined, [memoryMb, new ivm.Callback(onCatastrophe, { ignored: true })])) as ivm.Isolate;
  } finally {
    if (--births === 0) v8.setFlagsFromString(`--stack-size=${USUAL}`);
  }
}

async function openMaker(): Promise<Make> {
  // every isolate gets a new thread until the pool is full: done now, their stacks lie side by side
  for (let thread = 0; thread < availableParallelism(); thread++) {
    const isolate = new ivm.Isolate({ memoryLimit: 8 });
    await isolate.compileScript('0');
    isolate.dispose();
  }
  const isolate = new ivm.Isolate({ memoryLimit: 16 });
  const context = await isolate.createContext();
  await context.global.set('ivm', ivm);
  return (await context.eval(MAKER, { reference: true })) as Make;
}
