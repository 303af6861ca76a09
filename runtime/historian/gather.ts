import { BAD, quality as qualityCode } from '#runtime/batch/quality.ts';
import { ORIGINS } from '#runtime/batch/schema.ts';
import type { LogRow, OutputColumns } from '#runtime/log/contract.ts';
import { type BlobUse, usesOf } from './blob-uses.ts';
import { SeriesBuffer } from './buffer.ts';
import { type EventRow, eventOf } from './events.ts';
import { type OtherValue, originCode } from './samples.ts';
import { FRAME_COLUMN, outputColumnNames, type SeriesIds } from './series.ts';

/** Called for every sample, in log order. */
export type OnSample = (
  id: number,
  orgId: string,
  time: number,
  value: number,
  quality: number,
  origin: number,
  other?: OtherValue,
) => void;

/** What of a lane has been read and not yet stored. */
export class LaneBuffer {
  readonly lane: number;
  readonly orgId: string;
  /** Sequence number up to which everything is stored. */
  stored: number;
  /** Sequence number up to which everything is read. */
  read: number;
  samples = 0;
  rows = 0;
  /** Clock time of the oldest row that is not stored. */
  since = 0;
  readonly series = new Map<number, SeriesBuffer>();
  /** Of a control lane. */
  events: EventRow[] = [];
  /** Blobs that the rows name. */
  uses: BlobUse[] = [];

  constructor(lane: number, orgId: string, seq: number) {
    this.lane = lane;
    this.orgId = orgId;
    this.stored = seq;
    this.read = seq;
  }

  /** Takes the next row; the caller has checked that it is the next. */
  add(row: LogRow, ids: SeriesIds, now: number, note: OnSample): void {
    if (this.rows++ === 0) this.since = now;
    this.read = row.seq;
    const event = eventOf(row);
    if (event) this.events.push(event);
    for (const use of usesOf(row, ids)) this.uses.push(use);
    eachSample(row, this.orgId, ids, (id, orgId, time, value, quality, origin, other) => {
      let buffer = this.series.get(id);
      if (!buffer) {
        buffer = new SeriesBuffer();
        this.series.set(id, buffer);
      }
      buffer.push(time, value, quality, origin, row.entry.at, row.seq, other);
      this.samples++;
      note(id, orgId, time, value, quality, origin, other);
    });
  }

  /** Everything up to `read` is stored. */
  clear(): void {
    this.stored = this.read;
    this.samples = 0;
    this.rows = 0;
    this.series.clear();
    this.events = [];
    this.uses = [];
  }
}

/** Neither a number nor anything else: whatever the source said of it, nobody may take it for a value. */
const MISSING = qualityCode('bad', 'missing');
const judged = (value: number, quality: number, other: OtherValue | undefined): number =>
  Number.isNaN(value) && other === undefined && quality < BAD ? MISSING : quality;

/** The samples of a row of the log: of tags, or of the series that `ids` gives to the columns of outputs. */
export function eachSample(row: LogRow, orgId: string, ids: Pick<SeriesIds, 'owner' | 'id'>, on: OnSample): void {
  const entry = row.entry;
  if (entry.kind === 'samples') {
    const origin = originCode(entry.origin);
    for (let i = 0; i < entry.n; i++) {
      const value = entry.value[i] as number;
      const other = entry.other?.[i];
      const quality = judged(value, entry.quality ? (entry.quality[i] as number) : 0, other);
      on(entry.tag[i] as number, orgId, entry.time[i] as number, value, quality, origin, other);
    }
  } else if (entry.kind === 'outputs') {
    const owner = ids.owner(entry.shardId);
    if (!owner) return;
    for (const output of entry.outputs) {
      const origin = ORIGINS.indexOf(output.origin);
      outputColumnNames(output).forEach((column, c) => {
        for (let i = 0; i < output.n; i++) {
          const id = ids.id(owner, output.name, column, output.key[i] as string);
          if (id === undefined) continue;
          const value = column === FRAME_COLUMN ? frameAt(output, i) : valueAt(output, c, i);
          const quality = column === FRAME_COLUMN ? frameQuality(output, i) : (output.quality[c]?.[i] ?? 0);
          if (typeof value === 'number')
            on(id, owner.orgId, output.time[i] as number, value, judged(value, quality, undefined), origin);
          else on(id, owner.orgId, output.time[i] as number, Number.NaN, quality, origin, value);
        }
      });
    }
  }
}

function valueAt(output: OutputColumns, column: number, row: number): number | OtherValue {
  const values = output.columns[column];
  const value = values?.[row];
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === 'string') return { text: value };
  const type = Object.values(output.schema.columns)[column]?.type;
  if (type === 'wave') {
    const { t0, rate, n, blob } = value as { t0: number; rate: number; n: number; blob?: string };
    return { wave: blob === undefined ? { t0, rate, n } : { t0, rate, n, blob } };
  }
  return { text: JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)) };
}

function frameAt(output: OutputColumns, row: number): OtherValue {
  const frame: Record<string, Float64Array | readonly unknown[]> = {};
  Object.entries(output.schema.columns).forEach(([name, schema], c) => {
    const cell = output.columns[c]?.[row];
    const list = Array.isArray(cell) || ArrayBuffer.isView(cell) ? (cell as ArrayLike<unknown>) : [];
    const numeric = schema.type === 'number' || schema.type === 'integer' || schema.type === 'time' || schema.type === 'boolean';
    frame[name] = numeric ? Float64Array.from(list, Number) : Array.from(list);
  });
  return { frame };
}
const frameQuality = (output: OutputColumns, row: number): number =>
  output.quality.reduce((worst, column) => Math.max(worst, column?.[row] ?? 0), 0);
