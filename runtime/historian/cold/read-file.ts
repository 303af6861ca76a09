import type { DuckDBConnection } from '@duckdb/node-api';
import type { Origin } from '#runtime/batch/schema.ts';
import { type OtherValue, originCode, type Samples } from '../samples.ts';
import { quoted, withDuck } from './duck.ts';
import type { ColdPart } from './write-file.ts';

/** What is fetched by chunks of a vector; DuckDB's own columns, so nothing is made an object. */
interface Vectors {
  readonly part: Int32Array;
  readonly numbers: readonly Float64Array[];
  readonly quality: Uint8Array;
  readonly other: { getItem(i: number): string | null };
  readonly origin: { getItem(i: number): string | null };
  readonly n: number;
}

/** These parts of a file, each with its samples as they were; a file or a part that is not there is an error. */
export async function readColdFile(path: string, parts: readonly number[]): Promise<Map<number, ColdPart>> {
  return withDuck(async (duck) => {
    const wanted = [...new Set(parts)].sort((a, b) => a - b);
    const found = new Map<number, ColdPart>();
    for (const { number, tag, lane, n } of await partsOf(duck, path, wanted)) found.set(number, { tag, lane, samples: empty(n) });
    const filled = new Map<number, number>();
    for await (const vectors of rowsOf(duck, path, wanted)) {
      for (let i = 0; i < vectors.n; i++) {
        const number = vectors.part[i] as number;
        const part = found.get(number);
        if (!part) continue;
        const row = filled.get(number) ?? 0;
        filled.set(number, row + 1);
        fill(part.samples as Writable, row, vectors, i);
      }
    }
    for (const number of wanted)
      if (filled.get(number) !== found.get(number)?.samples.n || !found.has(number))
        throw new RangeError(`${path} does not hold part ${number}`);
    return found;
  });
}

const listed = (parts: readonly number[]): string => `part in (${parts.map(Number).join(', ')})`;

async function partsOf(duck: DuckDBConnection, path: string, parts: readonly number[]) {
  const answer = await duck.runAndReadAll(
    `select part, any_value(tag), any_value(lane), count(*)::integer from read_parquet(${quoted(path)}) where ${listed(parts)} group by part`,
  );
  return answer
    .getRows()
    .map(([number, tag, lane, n]) => ({ number: Number(number), tag: Number(tag), lane: Number(lane), n: Number(n) }));
}

async function* rowsOf(duck: DuckDBConnection, path: string, parts: readonly number[]): AsyncGenerator<Vectors> {
  const orNaN = (column: string) => `coalesce(${column}, 'nan'::double)`;
  const answer = await duck.stream(`
    select part, coalesce(time_exact, epoch_us(time)::double / 1000), ${orNaN('value')},
      coalesce(arrived_exact, epoch_us(arrived)::double / 1000), seq::double, quality, origin, other
    from read_parquet(${quoted(path)}) where ${listed(parts)}`);
  for (;;) {
    const chunk = await answer.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    const items = <T>(column: number): T => (chunk.getColumnVector(column) as unknown as { items: T }).items;
    yield {
      n: chunk.rowCount,
      part: items(0),
      numbers: [1, 2, 3, 4].map((column) => items<Float64Array>(column)),
      quality: items(5),
      origin: chunk.getColumnVector(6) as unknown as Vectors['origin'],
      other: chunk.getColumnVector(7) as unknown as Vectors['other'],
    };
  }
}

type Writable = Omit<Samples, 'other'> & { other: Map<number, OtherValue> };
const empty = (n: number): Writable => ({
  n,
  time: new Float64Array(n),
  value: new Float64Array(n),
  quality: new Uint8Array(n),
  origin: new Uint8Array(n),
  at: new Float64Array(n),
  seq: new Float64Array(n),
  other: new Map(),
});

function fill(samples: Writable, row: number, { numbers, quality, origin, other }: Vectors, i: number): void {
  const [time, value, at, seq] = numbers;
  samples.time[row] = time?.[i] as number;
  samples.value[row] = value?.[i] as number;
  samples.at[row] = at?.[i] as number;
  samples.seq[row] = seq?.[i] as number;
  samples.quality[row] = quality[i] as number;
  samples.origin[row] = originCode((origin.getItem(i) ?? 'measured') as Origin);
  const text = other.getItem(i);
  if (text !== null) samples.other.set(row, JSON.parse(text) as OtherValue);
}
