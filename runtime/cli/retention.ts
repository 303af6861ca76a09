import { and, eq } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import { organization, retention, retentionDefault, tag } from '#drizzle/schema/index.ts';
import { readStorage, type Storage } from '#runtime/historian/storage.ts';
import { Refused } from './outcome.ts';
import type { Product } from './product.ts';

export interface RetentionOptions {
  readonly org?: string;
  readonly tag?: string;
  /** `90d`, `forever`, `default` */
  readonly samples?: string;
  /** `24h`, `default` */
  readonly large?: string;
}
export interface RetentionReport extends Storage {
  readonly organization: string;
  /** Of the tag that was named. */
  readonly tag?: { readonly name: string; readonly sampleDays: number | null; readonly largeHours: number | null };
}

/** `mw retention`: what the past takes on disk and how long it is kept; with `--samples` or `--large` that is changed first. */
export async function retentionRun(product: Product, options: RetentionOptions): Promise<RetentionReport> {
  const { db } = product;
  const orgs = await db.select({ id: organization.id, slug: organization.slug, name: organization.name }).from(organization);
  const mine = orgs.filter((one) => options.org === undefined || [one.id, one.slug, one.name].includes(options.org));
  const [org] = mine;
  if (!org) throw new Refused([`--org ${options.org}: there is no such organization`]);
  if (mine.length > 1)
    throw new Refused([`say which organization with --org: ${orgs.map((one) => one.slug ?? one.id).join(', ')}`]);
  const [of] =
    options.tag === undefined
      ? []
      : await db
          .select()
          .from(tag)
          .where(and(eq(tag.orgId, org.id), eq(tag.name, options.tag)));
  if (options.tag !== undefined && !of) throw new Refused([`--tag ${options.tag}: there is no such tag in ${org.name}`]);
  const set = {
    ...(options.samples === undefined ? {} : { sampleDays: amount(options.samples, 'samples', 'd') }),
    ...(options.large === undefined ? {} : { largeHours: amount(options.large, 'large', 'h') }),
  };
  if (Object.keys(set).length > 0)
    await db.transaction(async (tx) => {
      if (of)
        await tx
          .insert(retention)
          .values({ tagId: of.id, orgId: org.id, ...set })
          .onConflictDoUpdate({ target: retention.tagId, set: { ...set, updatedAt: new Date() } });
      else
        await tx
          .insert(retentionDefault)
          .values({ orgId: org.id, ...set })
          .onConflictDoUpdate({ target: retentionDefault.orgId, set: { ...set, updatedAt: new Date() } });
      const target = of ? `tag:${of.id}` : `organization:${org.id}`;
      await appendAudit(tx, { orgId: org.id, actor: 'mw', action: 'history.retention', target, details: set });
    });
  const [rule] = of ? await db.select().from(retention).where(eq(retention.tagId, of.id)) : [];
  return {
    ...(await readStorage(db, org.id)),
    organization: org.name,
    ...(of ? { tag: { name: of.name, sampleDays: rule?.sampleDays ?? null, largeHours: rule?.largeHours ?? null } } : {}),
  };
}

function amount(text: string, option: string, unit: 'd' | 'h'): number | null {
  if (text === 'default') return null;
  if (text === 'forever' && unit === 'd') return 0;
  const [, number] = new RegExp(`^(\\d{1,6})${unit}$`).exec(text) ?? [];
  if (!number || Number(number) < 1)
    throw new Refused([`--${option} ${text}: write ${unit === 'd' ? '90d, forever' : '24h'} or default`]);
  return Number(number);
}

const size = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toFixed(1)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;
const days = (n: number | null): string => (n === null ? 'as the platform is set' : n === 0 ? 'for ever' : `${n} days`);
const hours = (n: number | null): string => (n === null ? 'as the platform is set' : `${n} h`);
const date = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

export function printRetention(report: RetentionReport): string {
  const { samples, archive, large, rule, platform, tag: one } = report;
  return [
    report.organization,
    `  samples: ${samples.count}, ${size(samples.hotBytes)} in the database, ${size(samples.coldBytes)} in Parquet${samples.oldest === null ? '' : `, since ${new Date(samples.oldest).toISOString()}`}`,
    `  archives of the log: ${archive.days} days, ${size(archive.bytes)}${archive.first === null || archive.last === null ? '' : ` (${date(archive.first)} to ${date(archive.last)})`}`,
    `  large values: ${large.count}, ${size(large.bytes)}`,
    `Rule of the organization: samples ${days(rule.sampleDays)}, waves and frames ${hours(rule.largeHours)}; ${report.ownRules} tags or outputs have their own`,
    ...(one ? [`Rule of ${one.name}: samples ${days(one.sampleDays)}, waves and frames ${hours(one.largeHours)}`] : []),
    platform
      ? `Rule of the platform: samples ${days(platform.sampleDays)} (after ${platform.hotDays} days in Parquet), waves and frames ${hours(platform.largeHours)}, log ${platform.logDays} days, its archives ${platform.archiveDays} days`
      : 'Rule of the platform: told once housekeeping has run, some minutes after the start',
  ].join('\n');
}
