import { createHash } from 'node:crypto';
import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { audit } from './schema/index.ts';

/**
 * The audit log: per organization a chain in which every entry's hash covers the one before, so that an altered or removed entry shows.
 * It lives here because server, gateway and command line all write or verify it.
 */
export interface AuditInput {
  readonly orgId: string;
  /** `user:<id>`, `key:<id>`, or `platform`. */
  readonly actor: string;
  /** What was done, `thing.verb`: `member.invite`, `app.deploy`. */
  readonly action: string;
  /** What it was done to: `tag:17`, `member:<id>`. */
  readonly target?: string;
  /** Plain JSON; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}
type AuditRow = typeof audit.$inferSelect;

/** Hash before the first entry. */
export const CHAIN_START = '0'.repeat(64);

/** Appends inside the caller's transaction: what is undone leaves no entry. Writers of one organization wait for each other until it ends. */
export async function appendAudit(tx: Tx, input: AuditInput): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`audit ${input.orgId}`}, 0))`);
  const [last] = await tx
    .select({ seq: audit.seq, hash: audit.hash })
    .from(audit)
    .where(eq(audit.orgId, input.orgId))
    .orderBy(desc(audit.seq))
    .limit(1);
  const entry = {
    orgId: input.orgId,
    seq: (last?.seq ?? 0) + 1,
    at: new Date(),
    actor: input.actor,
    action: input.action,
    target: input.target ?? null,
    // As it will be read back: what JSON cannot say is gone before it is hashed.
    details: JSON.parse(JSON.stringify(input.details ?? {})) as Record<string, unknown>,
    previous: last?.hash ?? CHAIN_START,
  };
  await tx.insert(audit).values({ ...entry, hash: entryHash(entry) });
}

/** SHA-256 over the hash before and the entry as canonical JSON (keys sorted at every depth), hex. */
export function entryHash(entry: Omit<AuditRow, 'hash'>): string {
  const { previous, orgId, seq, at, actor, action, target, details } = entry;
  return createHash('sha256')
    .update(previous)
    .update('\n')
    .update(canonicalJson({ orgId, seq, at: at.toISOString(), actor, action, target, details }))
    .digest('hex');
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join()}}`;
}

export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | { readonly ok: false; readonly seq: number; readonly problem: 'missing' | 'altered' | 'chain' | 'replaced' | 'cut' };

/**
 * Walks the whole chain: `missing` a number that is not there, `altered` an entry that does not give its own hash, `chain` one that does not
 * follow the entry before it. The chain alone cannot tell that its newest entries are gone, or that all of it was written anew: `anchors`
 * (ascending; `audit-anchors.ts`) say what was there earlier, and then `replaced` is another entry than noted and `cut` a chain that ends before a note.
 */
export async function verifyAudit(
  tx: Tx,
  orgId: string,
  anchors: readonly { readonly seq: number; readonly hash: string }[] = [],
): Promise<AuditVerdict> {
  const page = 1_000;
  const noted = new Map(anchors.map((anchor) => [anchor.seq, anchor.hash]));
  let seq = 0;
  let head = CHAIN_START;
  for (;;) {
    const rows = await tx
      .select()
      .from(audit)
      .where(and(eq(audit.orgId, orgId), gt(audit.seq, seq)))
      .orderBy(asc(audit.seq))
      .limit(page);
    for (const row of rows) {
      if (row.seq !== seq + 1) return { ok: false, seq: seq + 1, problem: 'missing' };
      if (row.previous !== head) return { ok: false, seq: row.seq, problem: 'chain' };
      if (entryHash(row) !== row.hash) return { ok: false, seq: row.seq, problem: 'altered' };
      if ((noted.get(row.seq) ?? row.hash) !== row.hash) return { ok: false, seq: row.seq, problem: 'replaced' };
      seq = row.seq;
      head = row.hash;
    }
    if (rows.length < page) break;
  }
  const last = anchors.at(-1);
  return last && last.seq > seq ? { ok: false, seq: seq + 1, problem: 'cut' } : { ok: true, entries: seq, head };
}
