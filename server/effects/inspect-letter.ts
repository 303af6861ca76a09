import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { deadLetter, tag } from '#drizzle/schema/index.ts';
import { unpack } from '#runtime/log/entry.ts';
import { notFound } from '../errors.ts';
import { sayLetter } from './say-reasons.ts';

export const letterInput = z.object({ id: z.uuid() });
/** An entry holds a thousand samples at most; a person reads the first of them. */
const SHOWN = 100;

/** One value of an entry that was set aside. */
export interface ShownSample {
  readonly tag: string;
  readonly unit: string | null;
  /** Event time, epoch ms. */
  readonly time: number;
  readonly value: number | null;
  /** JSON of a text or wave. */
  readonly other: string | null;
  readonly quality: number;
}

/** What was set aside, why and where. `samples` of a scan entry, `event` of a control entry; neither for a single row that a block refused. */
export async function inspectLetter(tx: Tx, orgId: string, { id }: z.infer<typeof letterInput>) {
  const [row] = await tx
    .select()
    .from(deadLetter)
    .where(and(eq(deadLetter.orgId, orgId), eq(deadLetter.id, id)));
  if (!row) throw notFound('The record', '该记录');
  const { node, key, line, laneId, seq, step, settled, createdAt } = row;
  const facts = { id, node, key, line, lane: laneId, seq, step, settled, createdAt, ...sayLetter(row) };
  const nothing = { ...facts, total: 0, samples: [] as ShownSample[], event: null as Record<string, unknown> | null };
  if (!row.entry) return nothing;
  const entry = unpack(row.entry);
  if (entry.kind === 'control') return { ...nothing, event: { ...entry.event } as Record<string, unknown> };
  if (entry.kind !== 'samples') return nothing;
  const n = Math.min(entry.n, SHOWN);
  const ids = [...new Set(entry.tag.subarray(0, n))];
  const tags = await tx
    .select({ id: tag.id, name: tag.name, unit: tag.unit })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)));
  const byId = new Map(tags.map((t) => [t.id, t]));
  const samples = Array.from({ length: n }, (_, i): ShownSample => {
    const about = byId.get(entry.tag[i] ?? -1);
    const value = entry.value[i] ?? Number.NaN;
    const other = entry.other?.[i];
    return {
      tag: about?.name ?? `#${entry.tag[i]}`,
      unit: about?.unit ?? null,
      time: entry.time[i] ?? entry.at,
      value: Number.isFinite(value) ? value : null,
      other: other ? JSON.stringify(other) : null,
      quality: entry.quality?.[i] ?? 0,
    };
  });
  return { ...nothing, total: entry.n, samples };
}
