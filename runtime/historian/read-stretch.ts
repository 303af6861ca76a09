import { and, eq } from 'drizzle-orm';
import { series, tag } from '#drizzle/schema/index.ts';
import { type Stretch, StretchFill, type StretchWish } from '#runtime/batch/stretch.ts';
import { conversion } from '#runtime/units/units.ts';
import { DAY_MS } from './hours.ts';
import { type HistoryReader, readSamples } from './query.ts';

/** Whose history: a tag's, or an output's of an instance, in `unit`; undefined = as it is stored. */
export type StretchOf = { readonly unit: string | undefined } & (
  | { readonly tagId: number }
  | { readonly instanceId: string; readonly output: string; readonly column: string; readonly key: string }
);
export type StretchFault =
  | { readonly code: 'history-missing'; readonly params: { readonly name: string } }
  | { readonly code: 'history-type'; readonly params: { readonly name: string; readonly type: string } }
  | { readonly code: 'history-unit'; readonly params: { readonly name: string; readonly unit: string; readonly wanted: string } }
  | { readonly code: 'history-long'; readonly params: { readonly limit: number } };

const NUMBERS: ReadonlySet<string> = new Set(['number', 'integer', 'boolean', 'time']);
/** Days that are held at once: a year of a 1 s tag is read, but never in memory as a whole. */
const DAYS_AT_ONCE = 4;

/**
 * A stretch of the history of one series, as it was known at `knownAt` (append time, epoch ms; absent = as it is known now). Samples that stand only in
 * the log as yet are in it.
 */
export async function readStretch(
  reader: HistoryReader,
  of: StretchOf,
  wish: StretchWish,
  knownAt?: number,
): Promise<({ readonly ok: true } & { readonly value: Stretch }) | ({ readonly ok: false } & StretchFault)> {
  const found = await find(reader, of);
  const name = 'tagId' in of ? `tag ${of.tagId}` : `${of.output}.${of.column}`;
  if (!found) return { ok: false, code: 'history-missing', params: { name } };
  if (!NUMBERS.has(found.type)) return { ok: false, code: 'history-type', params: { name: found.name, type: found.type } };
  const plain = !of.unit || !found.unit || of.unit === found.unit || found.type === 'boolean';
  const rule = plain ? { ok: true as const, gain: 1, offset: 0 } : conversion(found.unit ?? '1', of.unit ?? '1');
  if (!rule.ok)
    return { ok: false, code: 'history-unit', params: { name: found.name, unit: found.unit ?? '1', wanted: of.unit ?? '1' } };
  const value = await summarised(reader, found.id, wish, knownAt, rule);
  return value ? { ok: true, value } : { ok: false, code: 'history-long', params: { limit: wish.points } };
}

async function find({ tx, orgId }: HistoryReader, of: StretchOf) {
  if ('tagId' in of) {
    const [row] = await tx
      .select({ id: tag.id, name: tag.name, type: tag.type, unit: tag.unit })
      .from(tag)
      .where(and(eq(tag.id, of.tagId), eq(tag.orgId, orgId)));
    return row;
  }
  const [row] = await tx
    .select({ id: series.id, type: series.type, unit: series.unit })
    .from(series)
    .where(
      and(
        eq(series.orgId, orgId),
        eq(series.instanceId, of.instanceId),
        eq(series.output, of.output),
        eq(series.column, of.column),
        eq(series.key, of.key),
      ),
    );
  return row && { ...row, name: `${of.output}.${of.column}` };
}

/** Some days at a time. */
async function summarised(
  reader: HistoryReader,
  id: number,
  wish: StretchWish,
  knownAt: number | undefined,
  { gain, offset }: { readonly gain: number; readonly offset: number },
): Promise<Stretch | undefined> {
  const fill = new StretchFill(wish, gain, offset);
  for (let from = wish.from; from < wish.to; from += DAYS_AT_ONCE * DAY_MS) {
    const window = { from, to: Math.min(wish.to, from + DAYS_AT_ONCE * DAY_MS) };
    const samples = (await readSamples(reader, [id], window, knownAt)).get(id);
    if (samples && !fill.take(samples)) return undefined;
  }
  return fill.end();
}
