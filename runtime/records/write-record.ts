import { and, eq, sql } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import type { ControlEvent } from '#runtime/log/contract.ts';
import { sayIssue } from './issues.ts';
import type { RecordData, RecordKind, Transition } from './kind.ts';
import { isKind, kindOf, type RecordKindName, type RecordRequest, transitionOf } from './kinds.ts';
import { closesCircle, findReferences, linksOf, referencesOf, writeLinks } from './relations.ts';
import { type Signer, sign } from './signature.ts';
import { stateWords } from './state-words.ts';

export interface RecordFacts {
  readonly id: string;
  readonly code: string;
  readonly version: number;
  readonly state: string;
  /** What the transition tells: the numbers that were leased. */
  readonly answer?: RecordData;
}
export type RecordRefusalCode =
  | 'record-missing'
  | 'record-exists'
  | 'record-version'
  | 'record-transition'
  | 'record-fields'
  | 'record-data'
  | 'record-relation'
  | 'record-ended'
  | 'record-circle'
  | 'record-signature'
  | 'record-large';
export interface RecordRefusal {
  readonly ok: false;
  readonly code: RecordRefusalCode;
  readonly params: Readonly<Record<string, string | number | Bilingual>>;
}
export type RecordResult = { readonly ok: true; readonly record: RecordFacts } | RecordRefusal;

export interface Writer {
  /** `user:<id>`, `key:<id>`, `app:<instance id>`. */
  readonly by: string;
  /** Names the request, so that the same one changes nothing twice. */
  readonly request?: string;
  /** Who signs, where the person gave the password for it in this request. */
  readonly signer?: Signer;
}
export type RecordEvent = Extract<ControlEvent, { type: 'record' }>;
export type Staged = { readonly ok: true; readonly record: RecordFacts; readonly event?: RecordEvent } | RecordRefusal;

/** A version stands in the log as well; what is larger belongs in a document. */
const MOST_BYTES = 256 * 1024;

/**
 * One transition of one record: its new version, the audit entry and the entry of the control lane that apps react to, in one transaction. The same
 * `request` again gives what it gave the first time and changes nothing. A refusal writes nothing.
 */
export async function writeRecord(db: Tx, orgId: string, wish: RecordRequest, who: Writer): Promise<RecordResult> {
  return db.transaction(async (tx): Promise<RecordResult> => {
    const done = await stageRecord(tx, orgId, wish, who);
    if (!done.ok) return done;
    const { event, record: made } = done;
    if (event) {
      await appendAudit(tx, {
        orgId,
        actor: who.by.startsWith('app:') ? 'platform' : who.by,
        action: `record.${event.transition}`,
        target: `${event.record}:${event.code}`,
        details: {
          version: event.version,
          from: event.from,
          to: event.state,
          by: who.by,
          ...(wish.why === undefined ? {} : { why: wish.why }),
          ...(event.signed ? { signed: true } : {}),
        },
      });
      await appendControl(tx, orgId, event);
    }
    return { ok: true, record: made };
  });
}

/** The change without audit and log, for those that make many at once: they publish the events of all together, at the end of their transaction. */
export async function stageRecord(tx: Tx, orgId: string, wish: RecordRequest, who: Writer): Promise<Staged> {
  const { kind, code, transition } = wish;
  const [now] = await tx
    .select()
    .from(record)
    .where(and(eq(record.orgId, orgId), eq(record.kind, kind), eq(record.code, code)))
    // its key stays: who names it meanwhile need not wait, and two who name each other do not wait for one another
    .for('no key update');
  // behind the lock: the same request may have been at work just now
  const done = await answered(tx, orgId, who.request);
  if (done) return { ok: true, record: done };
  const declared = kindOf(kind);
  const step = transitionOf(kind, transition);
  const from = now?.state ?? '';
  const refuse = refusalsOf(declared, code);
  if (!step?.from.includes(from)) {
    if (!now) return refuse('record-missing');
    if (step?.from.includes('')) return refuse('record-exists');
    return refuse('record-transition', {
      state: stateWords(from) ?? from,
      transition: step?.title ?? transition,
      possible: listed(Object.values(declared.transitions).filter((one) => one.from.includes(from))),
    });
  }
  if (now && wish.version !== undefined && wish.version !== now.version)
    return refuse('record-version', { version: now.version, asked: wish.version });
  if (step.sign && !who.signer) return refuse('record-signature', { transition: step.title });
  const given = wish.data;
  const foreign = step.sets === 'all' ? undefined : Object.keys(given).find((name) => !step.sets?.includes(name));
  if (foreign !== undefined)
    return refuse('record-fields', { field: declared.fields[foreign]?.title ?? foreign, transition: step.title });
  const laid = lay(declared, step, now?.data ?? {}, given);
  if ('where' in laid) return refuse('record-data', laid);
  const { data } = laid;
  if (Buffer.byteLength(JSON.stringify(data)) > MOST_BYTES) return refuse('record-large', { limit: MOST_BYTES / 1024 });

  const links = now ? await linksOf(tx, orgId, now.id) : [];
  const found = await findReferences(tx, orgId, referencesOf(declared.fields, data), new Set(links.map((link) => link.to)));
  if ('fault' in found) {
    const { kind: other, code: named, where } = found.at;
    const title = isKind(other) ? kindOf(other).title : other;
    return refuse(found.fault === 'ended' ? 'record-ended' : 'record-relation', { where, other: title, named });
  }
  const circle = await closesCircle(tx, orgId, declared, kind, now?.id, found);
  if (circle) return refuse('record-circle', { where: circle.where, named: circle.code });

  const changed = { state: step.to ?? from, version: (now?.version ?? 0) + 1, data: data as Record<string, unknown> };
  const [row] = now
    ? await tx
        .update(record)
        .set({ ...changed, updatedAt: NOW })
        .where(eq(record.id, now.id))
        .returning()
    : await tx
        .insert(record)
        .values({ orgId, kind, code, ...changed, createdAt: NOW, updatedAt: NOW })
        .onConflictDoNothing()
        .returning();
  // somebody else made it in the same moment
  if (!row) {
    const made = await answered(tx, orgId, who.request);
    return made ? { ok: true, record: made } : refuse('record-exists');
  }
  const signature =
    step.sign && who.signer
      ? sign({ orgId, kind, code, transition, ...changed }, who.by, who.signer, step.sign, await clockOf(tx))
      : undefined;
  await tx.insert(recordVersion).values({
    recordId: row.id,
    orgId,
    transition,
    by: who.by,
    request: who.request ?? null,
    why: wish.why ?? null,
    signature: signature ?? null,
    ...changed,
  });
  await writeLinks(tx, orgId, row.id, found, links.length > 0);
  const { version, state } = changed;
  return {
    ok: true,
    record: factsOf(row.id, code, changed, step),
    event: {
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
      ...(signature ? { signed: true } : {}),
    },
  };
}

/** The database's clock, which is the log's too; to the millisecond, as pages of a list travel. */
const NOW = sql`date_trunc('milliseconds', now())`;
async function clockOf(tx: Tx): Promise<Date> {
  const [row] = await tx.execute<{ ms: number }>(sql`select extract(epoch from ${NOW}) * 1000 as ms`);
  return new Date(Number(row?.ms));
}

/** What the same request got before. */
async function answered(tx: Tx, orgId: string, request: string | undefined): Promise<RecordFacts | undefined> {
  if (request === undefined) return undefined;
  const [done] = await tx
    .select({
      id: record.id,
      kind: record.kind,
      code: record.code,
      version: recordVersion.version,
      state: recordVersion.state,
      data: recordVersion.data,
      transition: recordVersion.transition,
    })
    .from(recordVersion)
    .innerJoin(record, eq(record.id, recordVersion.recordId))
    .where(and(eq(recordVersion.orgId, orgId), eq(recordVersion.request, request)));
  return done && factsOf(done.id, done.code, done, transitionOf(done.kind as RecordKindName, done.transition));
}

const factsOf = (
  id: string,
  code: string,
  { version, state, data }: { version: number; state: string; data: RecordData },
  step: Transition | undefined,
): RecordFacts => ({
  id,
  code,
  version,
  state,
  ...(step?.answer ? { answer: Object.fromEntries(step.answer.map((name) => [name, data[name]])) } : {}),
});

/** What was given laid over what is there: null takes a field away. */
function lay(
  kind: RecordKind,
  step: Transition,
  before: RecordData,
  given: RecordData,
): { readonly data: RecordData } | { readonly where: string; readonly what: Bilingual } {
  let next: RecordData;
  if (step.apply) {
    const applied = step.apply(before, given);
    if ('where' in applied) return applied;
    next = applied.data;
  } else
    next = Object.fromEntries(
      Object.entries({ ...before, ...given }).filter(([, value]) => value !== null && value !== undefined),
    );
  const parsed = kind.data.safeParse(next);
  if (parsed.success) return { data: parsed.data };
  const [issue] = parsed.error.issues;
  if (!issue) throw parsed.error;
  return sayIssue(issue);
}

const refusalsOf =
  (kind: RecordKind, code: string) =>
  (why: RecordRefusalCode, params: RecordRefusal['params'] = {}): RecordRefusal => ({
    ok: false,
    code: why,
    params: { kind: kind.title, code, ...params },
  });
const listed = (steps: readonly Transition[]): Bilingual => ({
  en: steps.map((step) => step.title.en).join(', ') || 'nothing',
  zh: steps.map((step) => step.title.zh).join('、') || '无',
});
