import { sql } from 'drizzle-orm';
import { anchorsFile, readAnchors, verifyAnchored } from '#drizzle/audit-anchors.ts';
import { Refused } from './outcome.ts';
import { masterKeyOf, type Product } from './product.ts';

/** Chains are noted every minute while the product runs; entries this old without any note mean that the notes are gone. */
const NOTED_WITHIN_MS = 10 * 60_000;

export interface AuditFinding {
  readonly org: string;
  readonly name: string | null;
  readonly ok: boolean;
  readonly entries?: number;
  readonly head?: string;
  /** Up to where and when the chain was noted outside the database. */
  readonly noted?: { readonly seq: number; readonly at: string };
  /** What is wrong, and at which entry. */
  readonly problem?: 'missing' | 'altered' | 'chain' | 'replaced' | 'cut' | 'never-noted';
  readonly seq?: number;
}
export interface AuditReport {
  readonly ok: boolean;
  readonly anchors: string;
  readonly organizations: readonly AuditFinding[];
}

/** `mw audit verify`: every chain of the database against itself and against the notes kept outside it. */
export async function auditVerify(product: Product, options: { org?: string; anchors?: string }): Promise<AuditReport> {
  const { db, dataFolder } = product;
  const file = options.anchors ?? anchorsFile(dataFolder);
  const noted = await readAnchors(file, masterKeyOf(dataFolder));
  if (!noted && options.anchors) throw new Refused([`--anchors ${file}: there is no such file`]);
  const names = new Map(
    [...(await db.execute<{ id: string; name: string; slug: string }>(sql`select id, name, slug from organization`))].map(
      (row) => [row.id, row],
    ),
  );
  const only = options.org === undefined ? undefined : organizationOf(options.org, [...names.values()]);
  const checked = await verifyAnchored(db, noted?.byOrg ?? new Map(), only);
  const organizations: AuditFinding[] = [];
  for (const { orgId, verdict, anchor } of checked) {
    const who = { org: orgId, name: names.get(orgId)?.name ?? null };
    const known = anchor ? { noted: { seq: anchor.seq, at: anchor.at } } : {};
    if (!verdict.ok) organizations.push({ ...who, ok: false, problem: verdict.problem, seq: verdict.seq, ...known });
    else {
      const lost = !anchor && (await oldest(product, orgId)) < Date.now() - NOTED_WITHIN_MS;
      const { entries, head } = verdict;
      organizations.push({ ...who, ok: !lost, entries, head, ...known, ...(lost ? { problem: 'never-noted' as const } : {}) });
    }
  }
  return { ok: organizations.every((one) => one.ok), anchors: file, organizations };
}

function organizationOf(text: string, all: readonly { id: string; name: string; slug: string }[]): string {
  const found = all.find((one) => one.id === text || one.slug === text || one.name === text);
  if (!found)
    throw new Refused([
      `--org ${text}: there is no such organization (there are ${all.map((one) => one.slug).join(', ') || 'none'})`,
    ]);
  return found.id;
}

async function oldest({ db }: Product, orgId: string): Promise<number> {
  const [row] = await db.execute<{ at: string | null }>(
    sql`select extract(epoch from min(at)) * 1000 as at from audit where org_id = ${orgId}`,
  );
  return Number(row?.at ?? Date.now());
}

const WORDS: Readonly<Record<NonNullable<AuditFinding['problem']>, (seq: number) => string>> = {
  missing: (seq) => `entry ${seq} was removed`,
  altered: (seq) => `entry ${seq} was altered: it does not give its own fingerprint`,
  chain: (seq) => `entry ${seq} does not follow the entry before it`,
  replaced: (seq) => `entry ${seq} is another than was noted outside the database: the chain was written anew`,
  cut: (seq) => `entries from ${seq} on were noted outside the database and are gone`,
  'never-noted': () =>
    'nothing was ever noted outside the database: removed newest entries, or a chain written anew, would not show',
};

/** For a person; what was proven, and what was not. */
export function printAudit(report: AuditReport): string {
  const lines = report.organizations.map((one) => {
    const who = one.name ? `${one.name} (${one.org})` : one.org;
    if (one.problem) return `  BROKEN  ${who}: ${WORDS[one.problem](one.seq ?? 0)}`;
    const entries = one.entries ?? 0;
    const rest = entries - (one.noted?.seq ?? 0);
    const upTo = one.noted ? `noted up to entry ${one.noted.seq} at ${one.noted.at}` : 'not noted yet';
    return `  whole   ${who}: ${entries} entries, ${upTo}${rest > 0 ? `, ${rest} newer` : ''}; newest ${(one.head ?? '').slice(0, 16)}…`;
  });
  return [
    report.ok ? 'The audit log is whole: no noted entry was altered or removed.' : 'The audit log is NOT whole.',
    ...(lines.length > 0 ? lines : ['  no entries yet']),
    `Notes: ${report.anchors}. Entries newer than the last note follow the chain, but only the next note can tell whether still newer ones were cut off.`,
    'Keep copies of the notes on another machine (--anchors <copy>): whoever has the database, this file and the master key can write all three anew.',
  ].join('\n');
}
