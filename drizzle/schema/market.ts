import { index, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Bilingual } from '#runtime/graph/document.ts';
import { at, bytea, createdAt, id, orgId } from './columns.ts';

/** A publisher's signing key (Ed25519). The private part is sealed like every secret. */
export const publisherKey = pgTable(
  'publisher_key',
  {
    id: id(),
    orgId: orgId(),
    /** Publisher's short name in block and app ids: `acme`. */
    publisher: text('publisher').notNull(),
    publicKey: text('public_key').notNull(),
    secretId: uuid('secret_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.publisher)],
);

export type ReleaseStatus = 'proving' | 'proof-failed' | 'in-review' | 'listed' | 'rejected' | 'yanked';
/** One signed version of an app; readable by every organization once listed. `orgId` is the publisher's. */
export const release = pgTable(
  'release',
  {
    id: id(),
    orgId: orgId(),
    publisher: text('publisher').notNull(),
    slug: text('slug').notNull(),
    version: text('version').notNull(),
    title: jsonb('title').$type<Bilingual>().notNull(),
    summary: jsonb('summary').$type<Bilingual>().notNull(),
    assetClass: text('asset_class'),
    /** `marketplace/format/manifest.ts`. */
    manifest: jsonb('manifest').$type<Record<string, unknown>>().notNull(),
    graphHash: text('graph_hash').notNull(),
    /** The `.mwapp` file: zip with manifest, content hashes and signature. */
    pack: bytea('pack').notNull(),
    packHash: text('pack_hash').notNull(),
    /** The platform's countersignature, made when the reviewer accepts. */
    countersignature: text('countersignature'),
    status: text('status').$type<ReleaseStatus>().notNull(),
    /** Checks of the last proof run: id, expected, actual, tolerance, pass. */
    proof: jsonb('proof').$type<Record<string, unknown>>(),
    reviewedBy: text('reviewed_by'),
    reviewComment: text('review_comment'),
    reviewedAt: at('reviewed_at'),
    createdBy: text('created_by'),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.publisher, t.slug, t.version), index().on(t.status)],
);
