import { availableParallelism } from 'node:os';

/**
 * Isolates run on pool threads, never on the main one: a loop in a built-in would stop the whole process. No more calls than cores are let in
 * at once, so that a call's deadline counts its own time and not the queue's.
 */
const MOST = Math.max(2, availableParallelism());
let running = 0;
const waiting: (() => void)[] = [];

export async function onThread<T>(run: () => Promise<T>): Promise<T> {
  if (running >= MOST) await new Promise<void>((go) => waiting.push(go));
  else running++;
  try {
    return await run();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
