import type { StepInput } from '#runtime/step/contract.ts';

export const KEYS = 16;

/** 16 tags at 100 Hz in steps of `batch` rows: slow sines, noise, a spike in a thousand, one value in a hundred uncertain. */
export function hundredHertz(steps: number, batch: number): StepInput[] {
  let seed = 42;
  const random = () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const words = Array.from({ length: KEYS }, (_, i) => `pump ${i}`);
  return Array.from({ length: steps }, (_, b): StepInput => {
    const time = new Float64Array(batch);
    const value = new Float64Array(batch);
    const quality = new Uint8Array(batch);
    for (let i = 0; i < batch; i++) {
      const tick = Math.floor((b * batch + i) / KEYS);
      time[i] = 1_700_000_000_000 + tick * 10;
      value[i] = 42.4 + 6 * Math.sin(tick / 300 + (i % KEYS)) + (random() - 0.5) * 4 + (random() < 0.001 ? 60 : 0);
      quality[i] = random() < 0.01 ? 64 : 0;
    }
    const row = Int32Array.from({ length: batch }, (_, i) => i);
    const key = Int32Array.from({ length: batch }, (_, i) => (b * batch + i) % KEYS);
    return {
      n: batch,
      clock: time,
      words,
      sources: [{ source: 0, n: batch, row, time, key, columns: [value], quality: [quality] }],
      answers: [],
    };
  });
}

/** Moves the rows on in time, in place: arrays made anew each round would be collected at the cost of who runs just then. */
export function moveOn(inputs: readonly StepInput[], ms: number): void {
  for (const { clock, sources } of inputs)
    for (const times of new Set([clock, ...sources.map((s) => s.time)]))
      for (let i = 0; i < times.length; i++) times[i] = (times[i] ?? 0) + ms;
}
