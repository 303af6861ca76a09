import type { LogRow, OutputColumns } from '#runtime/log/contract.ts';
import { FRAME_COLUMN, type SeriesIds } from './series.ts';

/** A sample that names a blob: the blob is kept as long as the rules for its series say. */
export interface BlobUse {
  readonly hash: string;
  readonly tagId: number;
  readonly seq: number;
  /** Append time, epoch ms. */
  readonly at: number;
  readonly kind: 'wave' | 'blob';
}

/** Every blob that a row of the log names. */
export function usesOf(row: LogRow, ids: Pick<SeriesIds, 'owner' | 'id'>): BlobUse[] {
  const { entry, seq } = row;
  const uses: BlobUse[] = [];
  const note = (tagId: number | undefined, kind: BlobUse['kind'], hash: string | undefined) => {
    if (tagId !== undefined && hash !== undefined) uses.push({ hash, tagId, seq, at: entry.at, kind });
  };
  if (entry.kind === 'samples') {
    for (const [at, other] of Object.entries(entry.other ?? {}))
      if ('wave' in other) note(entry.tag[Number(at)], 'wave', other.wave.blob);
  } else if (entry.kind === 'outputs') {
    const owner = ids.owner(entry.shardId);
    if (!owner) return uses;
    for (const output of entry.outputs)
      Object.entries(output.schema.columns).forEach(([name, { type }], c) => {
        if (type !== 'wave' && type !== 'blob') return;
        const column = output.schema.kind === 'frame' ? FRAME_COLUMN : name;
        for (let i = 0; i < output.n; i++)
          for (const value of cellsOf(output, c, i))
            note(ids.id(owner, output.name, column, output.key[i] as string), type, hashOf(value));
      });
  }
  return uses;
}

/** A frame's cell is a whole column of the table. */
function cellsOf(output: OutputColumns, column: number, row: number): readonly unknown[] {
  const cell = output.columns[column]?.[row];
  return output.schema.kind === 'frame' && Array.isArray(cell) ? cell : [cell];
}

function hashOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { blob, hash } = value as { blob?: unknown; hash?: unknown };
  return typeof blob === 'string' ? blob : typeof hash === 'string' ? hash : undefined;
}
