import { and, eq } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { RECORD_KINDS, type RecordKind, type RecordRequest } from './kinds.ts';

export interface RecordFacts {
  readonly id: string;
  readonly code: string;
  readonly version: number;
  readonly state: string;
}
export type RecordResult =
  | { readonly ok: true; readonly record: RecordFacts }
  | {
      readonly ok: false;
      readonly code: 'record-missing' | 'record-exists' | 'record-version' | 'record-transition' | 'record-data';
      readonly params: Readonly<Record<string, string | number>>;
    };

/**
 * One transition of one record: its new version, the audit entry and the entry of the control lane that apps react to, in one transaction. The same
 * `request` again gives what it gave the first time and changes nothing. A refusal writes nothing.
 */
export async function writeRecord(
  db: Tx,
  orgId: string,
  wish: RecordRequest,
  who: { readonly by: string; readonly request?: string },
): Promise<RecordResult> {
  return db.transaction(async (tx): Promise<RecordResult> => {
    const { kind, code } = wish;
    if (who.request !== undefined) {
      const done = await tx
        .select({ id: record.id, code: record.code, version: recordVersion.version, state: recordVersion.state })
        .from(recordVersion)
        .innerJoin(record, eq(record.id, recordVersion.recordId))
        .where(and(eq(recordVersion.orgId, orgId), eq(recordVersion.request, who.request)));
      if (done[0]) return { ok: true, record: done[0] };
    }
    const [now] = await tx
      .select()
      .from(record)
      .where(and(eq(record.orgId, orgId), eq(record.kind, kind), eq(record.code, code)))
      .for('update');
    const { data: schema, transitions }: RecordKind = RECORD_KINDS[kind];
    const step = Object.hasOwn(transitions, wish.transition) ? transitions[wish.transition] : undefined;
    const from = now?.state ?? '';
    if (!step?.from.includes(from)) {
      if (!now) return { ok: false, code: 'record-missing', params: { kind, code } };
      if (step?.from.includes('')) return { ok: false, code: 'record-exists', params: { kind, code } };
      return { ok: false, code: 'record-transition', params: { kind, code, state: from, transition: wish.transition } };
    }
    if (now && wish.version !== undefined && wish.version !== now.version)
      return { ok: false, code: 'record-version', params: { kind, code, version: now.version, asked: wish.version } };
    const parsed = schema.safeParse({ ...now?.data, ...wish.data });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { ok: false, code: 'record-data', params: { kind, code, where: issue?.path.join('.') || 'data' } };
    }
    const changed = { state: step.to, version: (now?.version ?? 0) + 1, data: parsed.data as Record<string, unknown> };
    const [row] = now
      ? await tx
          .update(record)
          .set({ ...changed, updatedAt: new Date() })
          .where(eq(record.id, now.id))
          .returning()
      : await tx
          .insert(record)
          .values({ orgId, kind, code, ...changed })
          .onConflictDoNothing()
          .returning();
    // somebody else made it in the same moment
    if (!row) return { ok: false, code: 'record-exists', params: { kind, code } };
    const { transition } = wish;
    await tx
      .insert(recordVersion)
      .values({ recordId: row.id, orgId, transition, by: who.by, request: who.request ?? null, ...changed });
    const { version, state } = changed;
    await appendAudit(tx, {
      orgId,
      actor: who.by.startsWith('app:') ? 'platform' : who.by,
      action: `record.${transition}`,
      target: `${kind}:${code}`,
      details: { version, from, to: state, by: who.by },
    });
    await appendControl(tx, orgId, {
      type: 'record',
      record: kind,
      id: row.id,
      code,
      version,
      transition,
      from,
      state,
      data: changed.data,
      by: who.by,
    });
    return { ok: true, record: { id: row.id, code, version, state } };
  });
}
