import type { SamplesEntry } from '#runtime/log/contract.ts';
import { openScanWriter, type ScanAppend } from '#runtime/log/scan-writer.ts';
import { type BackfillMoment, backfill } from '#runtime/plants/backfill.ts';
import type { SeededTags } from './plant.ts';

/** Moments packed into one entry; about as many records as a busy scan group gives. */
const MOMENTS_PER_ENTRY = 30;
const ENTRIES_PER_APPEND = 64;

export interface FirstDay {
  readonly plant: 'a' | 'b';
  /** Epoch ms. Fixed when the seed first runs, so that one that was interrupted goes on with the same entries. */
  readonly from: number;
  readonly to: number;
}

/** Far history every ten seconds, the last hour as dense as live data of the plant. */
const HOUR = 3_600_000;
const SPARSE_MS = 10_000;
const DENSE_MS = { a: 1_000, b: 5_000 } as const;

/**
 * Appends the 24 hours before the first start, from the same physics as the live plant, through the same log. Each lane's entries carry the
 * numbers 1, 2, …; what the log already has is passed over.
 */
export async function fillFirstDay(url: string, day: FirstDay, tags: SeededTags, keepIn: string): Promise<number> {
  const lanes = [...new Set([...tags.values()].map((tag) => tag.laneId))];
  const writer = await openScanWriter(url, lanes, { name: 'first day' });
  const ids = new Map([...tags].map(([tag, place]) => [tag.name, place] as const));
  const next = new Map(lanes.map((lane) => [lane, 1]));
  let waiting: ScanAppend[] = [];
  let records = 0;
  try {
    const flush = async () => {
      await writer.append(waiting);
      waiting = [];
    };
    let moments: BackfillMoment[] = [];
    const packed = async () => {
      for (const lane of lanes) {
        const entry = entryOf(moments, lane, ids);
        if (!entry) continue;
        const seq = next.get(lane) ?? 1;
        next.set(lane, seq + 1);
        waiting.push({ lane, entry, seq });
        records += entry.n;
      }
      moments = [];
      if (waiting.length >= ENTRIES_PER_APPEND) await flush();
    };
    for (const moment of momentsOf(day, keepIn)) {
      moments.push(moment);
      if (moments.length === MOMENTS_PER_ENTRY) await packed();
    }
    if (moments.length > 0) await packed();
    await flush();
  } finally {
    await writer.close();
  }
  return records;
}

/** Every moment of the dense series that the sparse part keeps, then all of them. */
function* momentsOf(day: FirstDay, keepIn: string): Generator<BackfillMoment> {
  const denseFrom = day.to - HOUR;
  const dense = DENSE_MS[day.plant];
  let kept = Number.NEGATIVE_INFINITY;
  for (const moment of backfill(day.plant, day.from, day.to, dense, { keepIn })) {
    if (moment.time < denseFrom && moment.time - kept < SPARSE_MS) continue;
    kept = moment.time;
    yield moment;
  }
}

function entryOf(
  moments: readonly BackfillMoment[],
  lane: number,
  ids: ReadonlyMap<string, { id: number; laneId: number }>,
): SamplesEntry | undefined {
  const rows = moments.flatMap((moment) =>
    moment.samples.flatMap((sample) => {
      const place = ids.get(sample.tag.name);
      return place?.laneId === lane ? [{ id: place.id, time: moment.time, value: sample.value, quality: sample.quality }] : [];
    }),
  );
  const last = rows.at(-1);
  if (!last) return undefined;
  return {
    kind: 'samples',
    at: last.time,
    origin: 'simulated',
    n: rows.length,
    tag: Int32Array.from(rows, (row) => row.id),
    time: Float64Array.from(rows, (row) => row.time),
    value: Float64Array.from(rows, (row) => row.value),
    ...(rows.some((row) => row.quality !== 0) ? { quality: Uint8Array.from(rows, (row) => row.quality) } : {}),
  };
}
