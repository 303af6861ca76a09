import { mulberry32, normal } from '#blocks/sdk/random.ts';

interface Chart {
  readonly each: unknown;
  readonly state?: Readonly<Record<string, { readonly init: unknown; readonly size?: unknown }>>;
}

/**
 * Average run length of a chart block: values of a normal process with the given shift until `hit` is true, over so many seeded runs. The block's own
 * `each` runs, with fresh state for each run.
 */
export function averageRunLength(
  block: Chart,
  params: Readonly<Record<string, unknown>>,
  shift: number,
  runs: number,
  hit: 'on' | 'out',
  seed = 20_250_731,
): number {
  const each = block.each as (row: object, s: object, p: object) => Record<string, unknown>;
  const uniform = mulberry32(seed);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const state = Object.fromEntries(
      Object.entries(block.state ?? {}).map(([name, f]) => [
        name,
        f.size === undefined ? f.init : new Float64Array(Number(f.size)),
      ]),
    );
    for (let length = 1; ; length++) {
      const out = each({ time: length, key: '', quality: 0, value: normal(uniform) + shift }, state, params);
      if (out[hit] !== true) continue;
      total += length;
      break;
    }
  }
  return total / runs;
}
