import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { record, recordLink } from '#drizzle/schema/index.ts';
import type { RecordFields } from './fields.ts';
import type { RecordData, RecordKind } from './kind.ts';
import { isKind, kindOf } from './kinds.ts';

/** A record that another names. */
export interface Reference {
  /** Where, with the number of the row: `lines.2.item`. */
  readonly where: string;
  /** The same without it. */
  readonly field: string;
  readonly kind: string;
  readonly code: string;
  readonly quantity?: number;
}

export function referencesOf(fields: RecordFields, data: RecordData, at = '', path = ''): Reference[] {
  return Object.entries(fields).flatMap(([name, field]): Reference[] => {
    const value = data[name];
    if (value === undefined || value === null) return [];
    if (field.refers !== undefined) {
      const { quantity } = data;
      return [
        {
          where: at + name,
          field: path + name,
          kind: field.refers,
          code: String(value),
          ...(typeof quantity === 'number' && path !== '' ? { quantity } : {}),
        },
      ];
    }
    const { fields: inner } = field;
    if (inner === undefined || !Array.isArray(value)) return [];
    return value.flatMap((row, i) => referencesOf(inner, row as RecordData, `${at}${name}.${i}.`, `${path}${name}.`));
  });
}

export type RelationFault = { readonly fault: 'missing' | 'ended' | 'cycle'; readonly at: Reference };
interface Found extends Reference {
  readonly id: string;
}

/**
 * The records that are named, or what is wrong: they must be there, and what is named anew must not have ended. A record that ends in the same moment
 * counts as named before.
 */
export async function findReferences(
  tx: Tx,
  orgId: string,
  references: readonly Reference[],
  named: ReadonlySet<string>,
): Promise<readonly Found[] | RelationFault> {
  if (references.length === 0) return [];
  const byKind = Map.groupBy(references, (one) => one.kind);
  const rows = await tx
    .select({ id: record.id, kind: record.kind, code: record.code, state: record.state })
    .from(record)
    .where(
      and(
        eq(record.orgId, orgId),
        or(
          ...[...byKind].map(([kind, all]) =>
            and(eq(record.kind, kind), inArray(record.code, [...new Set(all.map((a) => a.code))])),
          ),
        ),
      ),
    );
  const known = new Map(rows.map((row) => [`${row.kind} ${row.code}`, row]));
  const found: Found[] = [];
  for (const at of references) {
    const target = known.get(`${at.kind} ${at.code}`);
    if (!target) return { fault: 'missing', at };
    const ended = isKind(at.kind) && kindOf(at.kind).ended.includes(target.state);
    if (ended && !named.has(target.id)) return { fault: 'ended', at };
    found.push({ ...at, id: target.id });
  }
  return found;
}

/** The links of a record as they were before this change. */
export const linksOf = (tx: Tx, orgId: string, id: string) =>
  tx
    .select({ field: recordLink.field, to: recordLink.toId })
    .from(recordLink)
    .where(and(eq(recordLink.orgId, orgId), eq(recordLink.fromId, id)));

export async function writeLinks(tx: Tx, orgId: string, id: string, found: readonly Found[], had: boolean): Promise<void> {
  if (had) await tx.delete(recordLink).where(and(eq(recordLink.orgId, orgId), eq(recordLink.fromId, id)));
  const links = new Map<string, typeof recordLink.$inferInsert>();
  for (const { field, id: toId, quantity } of found) {
    const key = `${field} ${toId}`;
    const sum = links.get(key)?.quantity ?? 0;
    links.set(key, { orgId, fromId: id, field, toId, quantity: quantity === undefined ? null : sum + quantity });
  }
  if (links.size > 0) await tx.insert(recordLink).values([...links.values()]);
}

/**
 * Would the record come back to itself? `acyclic` of the kind says by which field. Writers of such a kind wait for each other, so that two changes that
 * close a circle together are seen.
 */
export async function closesCircle(
  tx: Tx,
  orgId: string,
  kind: RecordKind,
  name: string,
  id: string | undefined,
  found: readonly Found[],
): Promise<Reference | undefined> {
  const { acyclic } = kind;
  if (acyclic === undefined) return undefined;
  const next = found.filter((one) => one.field === acyclic);
  // what is new is named by nobody yet
  if (next.length === 0 || id === undefined) return undefined;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`records ${orgId} ${name}`}, 0))`);
  const reached = await tx.execute<{ first: string }>(sql`
    with recursive walk(first, id) as (
      select v::uuid, v::uuid from jsonb_array_elements_text(${JSON.stringify(next.map((one) => one.id))}::jsonb) v
      union
      select w.first, l.to_id from walk w join record_link l on l.from_id = w.id and l.field = ${acyclic} and l.org_id = ${orgId}
    ) select first::text from walk where id = ${id} limit 1`);
  const [circle] = reached;
  return circle && next.find((one) => one.id === circle.first);
}
