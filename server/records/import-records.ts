import { createHash } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { readRecords } from '#blocks/connectors/file-drop/records.ts';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import { canonicalJson } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { record } from '#drizzle/schema/index.ts';
import { sayReason } from '#runtime/effects/reasons.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { appendControls } from '#runtime/log/append-control.ts';
import { headingsOf, type ImportRecord, importRows } from '#runtime/records/import-rows.ts';
import { firstOf, kindOf, RECORD_KIND_NAMES, type RecordKindName, recordRequest } from '#runtime/records/kinds.ts';
import { type RecordEvent, type RecordRefusal, stageRecord } from '#runtime/records/write-record.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { OrgContext } from '../trpc.ts';
import { recordsFailed } from './errors.ts';
import { requireRight } from './rights.ts';

/** A file of 4 MB as base64. */
const MOST_TEXT = 5_600_000;
/** One transaction writes all of them. */
const MOST_ROWS = 2_000;

export const previewImportInput = z.object({
  kind: z.enum(RECORD_KIND_NAMES),
  /** Its end says what it is: .csv, .xlsx, .json, .jsonl, .parquet. */
  name: z.string().min(1).max(300),
  base64: z.base64().max(MOST_TEXT),
  encoding: z.enum(['auto', 'utf-8', 'gb18030']).default('auto'),
  /** What happens to records that are there already. */
  existing: z.enum(['change', 'skip']).default('change'),
});
export const applyImportInput = previewImportInput.extend({
  /** SHA-256 of the file that was looked at. */
  hash: z.string().length(64),
  why: z.string().max(500).optional(),
});

type Action = 'create' | 'change' | 'same' | 'skip' | 'refused';
export interface ImportLine {
  readonly line: number;
  readonly code: string;
  readonly action: Action;
  readonly version: number | null;
  readonly faults: readonly { readonly line: number; readonly column: string; readonly message: Bilingual }[];
}
type Person = OrgContext & { readonly tenant: <T>(fn: (tx: Tx) => Promise<T>) => Promise<T> };

/** What a file would do, record by record, by doing it and taking it back: nothing is changed, and nobody else waits for it. */
export async function previewImport(ctx: Person, input: z.output<typeof previewImportInput>) {
  const file = await read(ctx, input);
  const lines = await ctx
    .tenant(async (tx) => {
      throw new TakenBack((await stageAll(tx, ctx, input, file.records)).lines);
    })
    .catch((error: unknown) => {
      if (error instanceof TakenBack) return error.lines;
      throw error;
    });
  const count = (action: Action) => lines.filter((one) => one.action === action).length;
  return {
    hash: file.hash,
    unknown: file.unknown,
    faults: file.faults,
    lines,
    counts: {
      create: count('create'),
      change: count('change'),
      same: count('same'),
      skip: count('skip'),
      refused: count('refused') + file.faults.length,
    },
  };
}

/** All of the file or nothing: one record that cannot be written any more refuses the whole. */
export async function applyImport(ctx: Person, input: z.output<typeof applyImportInput>) {
  const file = await read(ctx, input);
  if (file.hash !== input.hash) throw recordsFailed('records.file-changed');
  return ctx.tenant(async (tx) => {
    const { lines, events } = await stageAll(tx, ctx, input, file.records, input.why);
    const refused = lines.filter((one) => one.action === 'refused').length + file.faults.length;
    if (refused > 0) throw recordsFailed('records.import-refused', { count: refused });
    const counts = {
      create: lines.filter((one) => one.action === 'create').length,
      change: lines.filter((one) => one.action === 'change').length,
    };
    const details = { file: input.name, hash: file.hash, ...counts, ...(input.why === undefined ? {} : { why: input.why }) };
    await recordAudit(tx, { orgId: ctx.orgId, actor: ctx.user.id, action: 'record.import', target: input.kind, details });
    // last: until the end of the transaction the organization's control lane waits for it
    await appendControls(tx, ctx.orgId, events);
    return counts;
  });
}

/** The headings of an empty file, to begin with. */
export const importTemplate = ({ kind }: { readonly kind: RecordKindName }) => ({
  name: `${kind}.csv`,
  headings: headingsOf(kind),
});

class TakenBack extends Error {
  readonly lines: readonly ImportLine[];
  constructor(lines: readonly ImportLine[]) {
    super('taken back');
    this.lines = lines;
  }
}

async function read(ctx: Person, { kind, name, base64, encoding }: z.output<typeof previewImportInput>) {
  requireRight(ctx.roles, firstOf(kind).transition);
  const bytes = Buffer.from(base64, 'base64');
  const rows = await readRecords(name, bytes, encoding).catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error;
    throw recordsFailed('records.file', { why: error.text });
  });
  if (!rows.columns.some((column) => column.trim() === 'code'))
    throw recordsFailed('records.file-columns', { columns: rows.columns.join(', ') });
  if (rows.rows.length > MOST_ROWS) throw recordsFailed('records.file-rows', { rows: rows.rows.length, limit: MOST_ROWS });
  const { records, unknown, faults } = importRows(kind, rows.columns, rows.rows);
  return {
    hash: createHash('sha256').update(bytes).digest('hex'),
    records,
    unknown,
    faults: [
      ...faults.map(said),
      ...rows.refused.map(({ line, reason }) => ({ line, column: '', message: { en: reason, zh: `该行无法读取：${reason}` } })),
    ],
  };
}
const said = ({ line, column, en, zh }: ImportRecord['faults'][number]) => ({ line, column, message: { en, zh } });

/** Writes what can be written; what names records further down is tried again, until nothing moves any more. */
async function stageAll(
  tx: Tx,
  { orgId, user, roles }: Person,
  { kind, existing }: z.output<typeof previewImportInput>,
  records: readonly ImportRecord[],
  why?: string,
): Promise<{ lines: ImportLine[]; events: RecordEvent[] }> {
  const first = firstOf(kind);
  const there = await readThere(tx, orgId, kind, records);
  const lines = new Map<ImportRecord, ImportLine>();
  const events: RecordEvent[] = [];
  let waiting = [...records];
  for (let moved = true; moved && waiting.length > 0; ) {
    moved = false;
    const later: ImportRecord[] = [];
    for (const one of waiting) {
      const { line, code, data } = one;
      const tell = (action: Action, version: number | null, faults: ImportLine['faults'] = []) =>
        lines.set(one, { line, code, action, version, faults });
      const now = there.get(code);
      const asked = recordRequest.safeParse({ kind, code, transition: first.name, data, ...(why === undefined ? {} : { why }) });
      if (one.faults.length > 0) tell('refused', now?.version ?? null, one.faults.map(said));
      else if (!asked.success) tell('refused', null, [{ line, column: 'code', message: NO_NUMBER }]);
      else if (now && existing === 'skip') tell('skip', now.version);
      else if (now && canonicalJson({ ...now.data, ...data }) === canonicalJson(now.data)) tell('same', now.version);
      else {
        const transition = now ? changeOf(kind, now.state) : first.name;
        const own = transition === undefined ? undefined : kindOf(kind).transitions[transition];
        if (now && own) requireRight(roles, own);
        const staged = await stageRecord(
          tx,
          orgId,
          { ...asked.data, transition: transition ?? 'change', ...(now ? { version: now.version } : {}) },
          { by: `user:${user.id}` },
        );
        if (staged.ok) {
          if (staged.event) events.push(staged.event);
          tell(now ? 'change' : 'create', staged.record.version);
          moved = true;
        } else {
          tell('refused', now?.version ?? null, [faultOf(staged, line)]);
          if (staged.code === 'record-relation') later.push(one);
        }
      }
    }
    waiting = later;
  }
  return { lines: records.flatMap((one) => lines.get(one) ?? []), events };
}

const NO_NUMBER: Bilingual = {
  en: 'The number is empty, too long (120 letters) or has blanks at its ends.',
  zh: '编号为空、超过 120 个字符，或首尾有空白。',
};

async function readThere(tx: Tx, orgId: string, kind: RecordKindName, records: readonly ImportRecord[]) {
  const codes = [...new Set(records.map((one) => one.code))];
  if (codes.length === 0) return new Map<string, never>();
  const rows = await tx
    .select({ code: record.code, state: record.state, version: record.version, data: record.data })
    .from(record)
    .where(and(eq(record.orgId, orgId), eq(record.kind, kind), inArray(record.code, codes)));
  return new Map(rows.map((row) => [row.code, row]));
}

/** The transition that changes any field and leaves the record in this state. */
function changeOf(kind: RecordKindName, state: string): string | undefined {
  const found = Object.entries(kindOf(kind).transitions).find(
    ([, { from, to, sets, sign }]) => from.includes(state) && to === undefined && sets === 'all' && !sign,
  );
  return found?.[0];
}

function faultOf({ code, params }: RecordRefusal, line: number): ImportLine['faults'][number] {
  const message = sayReason({ code, params });
  if (!message) throw new Error(`no sentence for ${code}`);
  const { where, what } = params;
  return { line, column: typeof where === 'string' ? where : '', message: typeof what === 'object' ? what : message };
}
