import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sql } from 'drizzle-orm';
import { type AuditVerdict, canonicalJson, verifyAudit } from './audit.ts';
import type { Tx } from './client.ts';

/**
 * How far the audit chains had come, noted outside the database: a chain alone cannot tell that its newest entries are gone, and whoever owns the
 * tables can write a new chain. `<data>/audit/anchors.jsonl` has a line per note, `{orgId, seq, hash, at, mac}`; the mac is HMAC-SHA256 under a key
 * derived from the master key over the mac before and the line, so that nobody without that key can write, change or take out a line.
 * What this cannot show: entries newer than the last note that are cut off, and a database, file and key that all fell into the same hands.
 * Copies of the file kept elsewhere close the second gap (`mw audit verify --anchors <copy>`).
 */
export interface AuditAnchor {
  readonly orgId: string;
  /** Newest entry at that time, and its hash. */
  readonly seq: number;
  readonly hash: string;
  /** ISO 8601. */
  readonly at: string;
}
export const anchorsFile = (dataFolder: string): string => join(dataFolder, 'audit', 'anchors.jsonl');

/** A line of the file that nobody with the master key wrote there. */
export class AnchorsBrokenError extends Error {
  readonly code = 'ANCHORS_BROKEN';
  readonly line: number;
  constructor(file: string, line: number) {
    super(
      `${file}:${line}: the line was altered or a line before it was removed, or MILLWRIGHT_MASTER_KEY is not the one it was noted under`,
    );
    this.name = 'AnchorsBrokenError';
    this.line = line;
  }
}

interface Noted {
  readonly byOrg: ReadonlyMap<string, readonly AuditAnchor[]>;
  /** Mac of the last line. */
  readonly mac: string;
  /** Bytes of whole lines; a line that a crash cut off behind them is no note. */
  readonly bytes: number;
}

/** Every note of the file, checked; undefined when there is no file. */
export async function readAnchors(file: string, masterKey: string): Promise<Noted | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const key = keyOf(masterKey);
  const byOrg = new Map<string, AuditAnchor[]>();
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  let mac = '';
  for (const [at, line] of whole.split('\n').slice(0, -1).entries()) {
    const { mac: said, ...anchor } = parseLine(line) ?? { mac: '' };
    const right = macOf(key, mac, anchor);
    if (!said || !sameText(said, right) || !('orgId' in anchor)) throw new AnchorsBrokenError(file, at + 1);
    byOrg.set(anchor.orgId, [...(byOrg.get(anchor.orgId) ?? []), anchor]);
    mac = right;
  }
  return { byOrg, mac, bytes: Buffer.byteLength(whole) };
}

/** An organization whose chain no longer holds what was noted of it. */
export interface AnchorConflict {
  readonly orgId: string;
  readonly seq: number;
}

/**
 * Notes the newest entry of every organization whose chain has grown. One process at a time calls it for a file. A chain that is shorter than noted,
 * or has another entry where one was noted, gets no new note: it is told instead.
 */
export async function noteAnchors(
  tx: Tx,
  file: string,
  masterKey: string,
): Promise<{ noted: number; conflicts: AnchorConflict[] }> {
  const noted = (await readAnchors(file, masterKey)) ?? { byOrg: new Map<string, AuditAnchor[]>(), mac: '', bytes: 0 };
  const heads = new Map((await headsOf(tx)).map((head) => [head.orgId, head]));
  const key = keyOf(masterKey);
  const conflicts: AnchorConflict[] = [];
  let { mac } = noted;
  let lines = '';
  for (const orgId of new Set([...noted.byOrg.keys(), ...heads.keys()])) {
    const last = noted.byOrg.get(orgId)?.at(-1);
    const head = heads.get(orgId);
    if (last && (await hashAt(tx, orgId, last.seq)) !== last.hash) conflicts.push({ orgId, seq: last.seq });
    else if (head && head.seq !== last?.seq) {
      const anchor: AuditAnchor = { orgId, seq: head.seq, hash: head.hash, at: new Date().toISOString() };
      mac = macOf(key, mac, anchor);
      lines += `${JSON.stringify({ ...anchor, mac })}\n`;
    }
  }
  if (lines) await append(file, lines, noted.bytes);
  return { noted: lines.split('\n').length - 1, conflicts };
}

export interface AnchoredVerdict {
  readonly orgId: string;
  readonly verdict: AuditVerdict;
  /** The newest note: entries after it are proven to be unaltered among themselves, but not to be all. */
  readonly anchor?: AuditAnchor;
}

/** Every organization that has entries, or of which something was noted, against its chain and the notes. */
export async function verifyAnchored(
  tx: Tx,
  noted: ReadonlyMap<string, readonly AuditAnchor[]>,
  only?: string,
): Promise<AnchoredVerdict[]> {
  const found = only === undefined ? [...noted.keys(), ...(await headsOf(tx)).map((head) => head.orgId)] : [only];
  const verdicts: AnchoredVerdict[] = [];
  for (const orgId of [...new Set(found)].sort()) {
    const anchors = noted.get(orgId) ?? [];
    const anchor = anchors.at(-1);
    verdicts.push({ orgId, verdict: await verifyAudit(tx, orgId, anchors), ...(anchor ? { anchor } : {}) });
  }
  return verdicts;
}

/** Newest entry of each organization: one look into the key's index per organization, however long the chains are. */
async function headsOf(tx: Tx): Promise<{ orgId: string; seq: number; hash: string }[]> {
  const rows = await tx.execute<{ org_id: string; seq: string; hash: string }>(sql`
    with recursive org(id) as (
      select min(org_id) from audit
      union all select (select min(org_id) from audit where org_id > org.id) from org where org.id is not null
    )
    select org.id as org_id, head.seq, head.hash from org
    cross join lateral (select seq, hash from audit where org_id = org.id order by seq desc limit 1) head`);
  return [...rows].map((row) => ({ orgId: row.org_id, seq: Number(row.seq), hash: row.hash }));
}

async function hashAt(tx: Tx, orgId: string, seq: number): Promise<string | undefined> {
  const [row] = await tx.execute<{ hash: string }>(sql`select hash from audit where org_id = ${orgId} and seq = ${seq}`);
  return row?.hash;
}

async function append(file: string, lines: string, at: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.truncate(at);
    await handle.appendFile(lines);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const keyOf = (masterKey: string): Buffer => Buffer.from(hkdfSync('sha256', masterKey, 'millwright', 'audit anchors', 32));
const macOf = (key: Buffer, before: string, anchor: object): string =>
  createHmac('sha256', key).update(before).update('\n').update(canonicalJson(anchor)).digest('hex');
const sameText = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

function parseLine(line: string): (AuditAnchor & { mac: string }) | undefined {
  try {
    const value = JSON.parse(line) as Partial<AuditAnchor & { mac: string }> | null;
    const { orgId, seq, hash, at, mac } = value ?? {};
    if (typeof orgId !== 'string' || typeof seq !== 'number' || typeof hash !== 'string') return undefined;
    return typeof at === 'string' && typeof mac === 'string' && mac !== '' ? { orgId, seq, hash, at, mac } : undefined;
  } catch {
    return undefined;
  }
}
