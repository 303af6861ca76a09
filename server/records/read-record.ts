import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { installation, instance, record, recordLink, recordVersion, user } from '#drizzle/schema/index.ts';
import { kindOf, RECORD_KIND_NAMES, recordCode } from '#runtime/records/kinds.ts';
import { isSigned } from '#runtime/records/signature.ts';
import { stateWords } from '#runtime/records/state-words.ts';
import type { AccessRole } from '../access.ts';
import { notFound } from '../errors.ts';
import { mayDo } from './rights.ts';

export const recordInput = z.object({ kind: z.enum(RECORD_KIND_NAMES), code: recordCode });
export type RecordInput = z.infer<typeof recordInput>;

const LINKS = 100;

/** One record as it is now: what may be done with it by this person, what it names and what names it. */
export async function readRecord(tx: Tx, orgId: string, { kind, code }: RecordInput, roles: readonly AccessRole[]) {
  const row = await requireRecord(tx, orgId, { kind, code });
  const declared = kindOf(kind);
  const [force] =
    declared.force === undefined
      ? []
      : await tx
          .select({ version: recordVersion.version })
          .from(recordVersion)
          .where(and(eq(recordVersion.orgId, orgId), eq(recordVersion.recordId, row.id), eq(recordVersion.state, declared.force)))
          .orderBy(desc(recordVersion.version))
          .limit(1);
  const ended = declared.ended.includes(row.state);
  return {
    ...row,
    kind,
    stateTitle: stateWords(row.state) ?? null,
    /** The version that holds meanwhile, where the newest does not yet. */
    inForce: ended ? null : (force?.version ?? null),
    transitions: Object.entries(declared.transitions)
      .filter(([, transition]) => transition.from.includes(row.state) && !transition.apply)
      .map(([name, transition]) => ({
        name,
        title: transition.title,
        sets: transition.sets ?? [],
        meaning: transition.sign ?? null,
        allowed: mayDo(roles, transition),
      })),
    names: await linked(tx, orgId, row.id, 'names'),
    namedBy: await linked(tx, orgId, row.id, 'namedBy'),
  };
}

const linked = (tx: Tx, orgId: string, id: string, way: 'names' | 'namedBy') => {
  const [mine, other] = way === 'names' ? [recordLink.fromId, recordLink.toId] : [recordLink.toId, recordLink.fromId];
  return tx
    .select({
      field: recordLink.field,
      kind: record.kind,
      code: record.code,
      state: record.state,
      quantity: recordLink.quantity,
    })
    .from(recordLink)
    .innerJoin(record, and(eq(record.id, other), eq(record.orgId, orgId)))
    .where(and(eq(recordLink.orgId, orgId), eq(mine, id)))
    .orderBy(recordLink.field, record.code)
    .limit(LINKS);
};

/** Every version, newest first: by whom, when, why, signed by whom. A signature that does not fit its version says so. */
export async function listVersions(tx: Tx, orgId: string, { kind, code }: RecordInput) {
  const { id } = await requireRecord(tx, orgId, { kind, code });
  const rows = await tx
    .select({
      version: recordVersion.version,
      transition: recordVersion.transition,
      state: recordVersion.state,
      data: recordVersion.data,
      by: recordVersion.by,
      why: recordVersion.why,
      signature: recordVersion.signature,
      at: recordVersion.at,
      person: user.name,
      app: installation.name,
    })
    .from(recordVersion)
    .leftJoin(user, eq(sql`'user:' || ${user.id}`, recordVersion.by))
    .leftJoin(instance, and(eq(sql`'app:' || ${instance.id}::text`, recordVersion.by), eq(instance.orgId, orgId)))
    .leftJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(recordVersion.orgId, orgId), eq(recordVersion.recordId, id)))
    .orderBy(desc(recordVersion.version))
    .limit(500);
  return rows.map(({ signature, ...row }) => {
    const { version, transition, state, data } = row;
    if (!signature) return { ...row, signature: null };
    const { name, meaning, at } = signature;
    const holds = isSigned({ orgId, kind, code, version, transition, state, data }, signature);
    return { ...row, signature: { name, meaning, at, holds } };
  });
}

export async function requireRecord(tx: Tx, orgId: string, { kind, code }: RecordInput) {
  const [row] = await tx
    .select({
      id: record.id,
      code: record.code,
      state: record.state,
      version: record.version,
      data: record.data,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
    })
    .from(record)
    .where(and(eq(record.orgId, orgId), eq(record.kind, kind), eq(record.code, code)));
  const { title } = kindOf(kind);
  if (!row) throw notFound(`The ${title.en} ${code}`, `${title.zh} ${code}`);
  return row;
}
