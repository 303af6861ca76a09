import { Refused } from './outcome.ts';
import { openProduct, type Product } from './product.ts';

export const collect = (value: string, before: string[]) => [...before, value];

/** Prints the report as one JSON object, or as `words` says it to a person. */
export const show = <T>(report: T, json: boolean, words: (report: T) => string): void =>
  console.log(json ? JSON.stringify(report) : words(report));

/** The value of an option that is one of a few words. */
export function chosen<T extends string>(option: string, text: string, among: readonly T[]): T {
  const found = among.find((one) => one === text);
  if (!found) throw new Refused([`${option} ${text}: choose ${among.join(' or ')}`]);
  return found;
}

/** Runs with the product's database and lets go of it, whatever happens. */
export async function withProduct<T>(fn: (product: Product) => Promise<T>): Promise<T> {
  const product = await openProduct();
  try {
    return await fn(product);
  } finally {
    await product.close();
  }
}

/** How far it is, on a terminal alone; Ctrl-C ends the run and lets go of everything. */
export function progressBar(quiet: boolean): { signal: AbortSignal; onProgress(done: number): void } {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const drawn = process.stderr.isTTY && !quiet;
  let shown = -1;
  return {
    signal: stop.signal,
    onProgress(done) {
      const percent = Math.floor(done * 100);
      if (!drawn || percent === shown) return;
      shown = percent;
      process.stderr.write(percent >= 100 ? '\r\x1b[K' : `\r${percent} %`);
    },
  };
}
