import {
  bigint,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import type { Change } from '#runtime/graph/changes.ts';
import type { Bilingual, GraphDocument } from '#runtime/graph/document.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { at, bytea, createdAt, id, orgId, updatedAt } from './columns.ts';
import { lane } from './connection.ts';
import { asset } from './plant.ts';
import type { Reason } from './reason.ts';

/** Draft of an app: edited in the studio, never run live. */
export const app = pgTable(
  'app',
  {
    id: id(),
    orgId: orgId(),
    slug: text('slug').notNull(),
    name: jsonb('name').$type<Bilingual>().notNull(),
    summary: jsonb('summary').$type<Bilingual>(),
    assetClass: text('asset_class'),
    graph: jsonb('graph').$type<GraphDocument>().notNull(),
    screens: jsonb('screens').$type<ScreenDocument[]>().notNull().default([]),
    /** What the studio tests the draft on. */
    binding: jsonb('binding').$type<DraftBinding>(),
    /** Optimistic lock: an edit names the revision that it was made on. */
    revision: integer('revision').notNull().default(0),
    updatedBy: text('updated_by'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.slug)],
);

/** An asset of the own plant and a tag per role, as in `instance.bindings`. */
export interface DraftBinding {
  readonly assetId: string;
  readonly roles: Bindings;
}

/** The log of a draft's edits, in the order in which the server took them: `revision` is what the draft became by it. `app.graph` is what they add up to. */
export const appEdit = pgTable(
  'app_edit',
  {
    appId: uuid('app_id')
      .notNull()
      .references(() => app.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    orgId: orgId(),
    /** The sender's own name for it: who lost the answer knows the edit again. */
    batch: text('batch').notNull(),
    by: text('by').notNull(),
    changes: jsonb('changes').$type<readonly Change[]>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.appId, t.revision] })],
);

/** Who has a draft open now, and where in it they are. A row that is not renewed is of a page that is gone. */
export const appPresence = pgTable(
  'app_presence',
  {
    appId: uuid('app_id')
      .notNull()
      .references(() => app.id, { onDelete: 'cascade' }),
    /** One open page. */
    client: text('client').notNull(),
    orgId: orgId(),
    userId: text('user_id').notNull(),
    name: text('name').notNull(),
    nodes: jsonb('nodes').$type<readonly string[]>().notNull(),
    pointer: jsonb('pointer').$type<{ x: number; y: number }>(),
    seenAt: at('seen_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.appId, t.client] })],
);

/** One immutable version of an app, made by deploying a draft, by giving it a name or by installing a release. The graph is kept as its original bytes. */
export const appVersion = pgTable(
  'app_version',
  {
    id: id(),
    orgId: orgId(),
    appId: uuid('app_id').references(() => app.id, { onDelete: 'set null' }),
    /** The release it came from, when installed from the marketplace. */
    releaseId: uuid('release_id'),
    name: jsonb('name').$type<Bilingual>().notNull(),
    version: text('version').notNull(),
    /** What a person called it, so that it is found again. */
    label: text('label'),
    /** The draft's revision that it was made of. */
    revision: integer('revision'),
    graph: text('graph').notNull(),
    /** SHA-256 of the bytes of `graph`. */
    graphHash: text('graph_hash').notNull(),
    screens: jsonb('screens').$type<ScreenDocument[]>().notNull(),
    createdBy: text('created_by'),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.appId)],
);

/** Compiled programs by content hash; shared by all that compile to the same text. */
export const program = pgTable('program', {
  hash: text('hash').primaryKey(),
  /** `json` and not `jsonb`: the order of a schema's columns is the order in which values cross. */
  info: json('info').$type<ProgramInfo>().notNull(),
  text: text('text').notNull(),
  map: jsonb('map').notNull(),
  createdAt: createdAt(),
});

/** An app in an organization: licence, grants, screens, parameters. */
export const installation = pgTable('installation', {
  id: id(),
  orgId: orgId(),
  appId: uuid('app_id').references(() => app.id, { onDelete: 'set null' }),
  releaseId: uuid('release_id'),
  name: jsonb('name').$type<Bilingual>().notNull(),
  versionId: uuid('version_id')
    .notNull()
    .references(() => appVersion.id),
  /** Capabilities granted, with the installer's name and time. */
  grants: jsonb('grants').$type<{ capability: string; by: string; at: string }[]>().notNull().default([]),
  parameters: jsonb('parameters').$type<Record<string, number | boolean | string>>().notNull().default({}),
  createdBy: text('created_by'),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export type InstanceStatus = 'starting' | 'running' | 'stopped' | 'failed' | 'quarantined';
export interface RoleBinding {
  /** The tag whose records carry the instance's own key. */
  readonly tagId: number;
  /** The same role of further assets that the instance watches: records of these tags carry the code of theirs. */
  readonly more?: readonly KeyedTag[];
}
export interface KeyedTag {
  readonly tagId: number;
  readonly key: string;
}
/** Role -> tags of this plant. Units are converted by the worker: `unit` is the tag's, the role's is in the graph. */
export type Bindings = Readonly<Record<string, RoleBinding | null>>;

export const instance = pgTable(
  'instance',
  {
    id: id(),
    orgId: orgId(),
    installationId: uuid('installation_id')
      .notNull()
      .references(() => installation.id, { onDelete: 'cascade' }),
    assetId: uuid('asset_id').references(() => asset.id, { onDelete: 'restrict' }),
    versionId: uuid('version_id')
      .notNull()
      .references(() => appVersion.id),
    /** Record key of its values: the asset's code. */
    key: text('key').notNull(),
    bindings: jsonb('bindings').$type<Bindings>().notNull(),
    /** Shards that it should run as; another number than it has now is brought about by the workers (`runtime/worker/resplit.ts`). */
    shards: integer('shards').notNull().default(1),
    /** Desired state; `status` is what is. */
    wanted: text('wanted').$type<'run' | 'stop'>().notNull().default('run'),
    status: text('status').$type<InstanceStatus>().notNull().default('starting'),
    /** Why it is not running: code, sentence, node. */
    reason: jsonb('reason').$type<Reason>(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [index().on(t.orgId, t.installationId)],
);

/**
 * One shard of an instance: its lease, step counter and committed cursor over its lanes (semantics, sections 5 and 8). When the instance is cut
 * anew, shards end and others take their keys and state over; those that ended stay for their journals.
 */
export const shard = pgTable('shard', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  orgId: orgId(),
  instanceId: uuid('instance_id')
    .notNull()
    .references(() => instance.id, { onDelete: 'cascade' }),
  /** It takes the keys that `keyPart(key, parts)` gives to this part. */
  part: integer('part').notNull().default(0),
  parts: integer('parts').notNull().default(1),
  lanes: integer('lanes').array().notNull(),
  outLane: integer('out_lane')
    .notNull()
    .references(() => lane.id),
  token: bigint('token', { mode: 'number' }).notNull().default(0),
  holder: text('holder'),
  leaseUntil: at('lease_until').notNull().default(new Date(0)),
  step: bigint('step', { mode: 'number' }).notNull().default(0),
  /** Last consumed sequence number per entry of `lanes`. */
  cursor: bigint('cursor', { mode: 'number' }).array().notNull(),
  /** Next timer, epoch ms of entry time; the holder appends a tick when it is due. */
  wakeAt: doublePrecision('wake_at'),
  /** It goes on to these numbers and no further: the instance is about to be cut anew there. */
  until: bigint('until', { mode: 'number' }).array(),
  /** From then on others have its keys. */
  endedAt: at('ended_at'),
});

export const checkpoint = pgTable('checkpoint', {
  shardId: integer('shard_id')
    .primaryKey()
    .references(() => shard.id, { onDelete: 'cascade' }),
  orgId: orgId(),
  step: bigint('step', { mode: 'number' }).notNull(),
  cursor: bigint('cursor', { mode: 'number' }).array().notNull(),
  programHash: text('program_hash').notNull(),
  /** V8 version; re-runs never cross it. */
  engine: text('engine').notNull(),
  state: bytea('state').notNull(),
  updatedAt: updatedAt(),
});

/**
 * Checkpoints that stay: where a shard began to run another program, other tags or other lanes, and one a day. From the one before it, any stretch of
 * the journal can be run again exactly.
 */
export const keptCheckpoint = pgTable(
  'kept_checkpoint',
  {
    shardId: integer('shard_id')
      .notNull()
      .references(() => shard.id, { onDelete: 'cascade' }),
    step: bigint('step', { mode: 'number' }).notNull(),
    orgId: orgId(),
    /** Append time of the newest entry behind the state, epoch ms; 0 = none yet. */
    clock: doublePrecision('clock').notNull(),
    /** The shard's lanes from here on, and how far each was consumed. */
    lanes: integer('lanes').array().notNull(),
    cursor: bigint('cursor', { mode: 'number' }).array().notNull(),
    programHash: text('program_hash').notNull(),
    /** SHA-256 of version, parameters, bindings, key: what makes two stretches of one kind. */
    signature: text('signature').notNull(),
    engine: text('engine').notNull(),
    state: bytea('state').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.shardId, t.step] })],
);

/** Rows that came too late for a window or a join, counted with the steps that met them. */
export const lateCount = pgTable(
  'late_count',
  {
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    orgId: orgId(),
    count: bigint('count', { mode: 'number' }).notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.instanceId, t.node] })],
);

/**
 * A program that took its process down, or could not be interrupted, at a step of a shard. Two of them quarantine the instance.
 * Deaths that were not its doing (`died` at different steps: the process was killed from outside) do not count together.
 */
export const strike = pgTable(
  'strike',
  {
    id: id(),
    orgId: orgId(),
    instanceId: uuid('instance_id')
      .notNull()
      .references(() => instance.id, { onDelete: 'cascade' }),
    shardId: integer('shard_id').notNull(),
    /** Committed step after which it happened. */
    step: bigint('step', { mode: 'number' }).notNull(),
    kind: text('kind').$type<'stuck' | 'died'>().notNull(),
    node: text('node'),
    block: text('block'),
    line: integer('line'),
    message: text('message').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.instanceId)],
);

/** Someone watches the wires of an instance until then: the worker runs the instrumented program. */
export const watch = pgTable('watch', {
  instanceId: uuid('instance_id')
    .primaryKey()
    .references(() => instance.id, { onDelete: 'cascade' }),
  orgId: orgId(),
  until: at('until').notNull(),
});
/** Newest value on every wire of a watched instance. */
export const probe = pgTable('probe', {
  instanceId: uuid('instance_id')
    .primaryKey()
    .references(() => instance.id, { onDelete: 'cascade' }),
  orgId: orgId(),
  values: jsonb('values').notNull(),
  updatedAt: updatedAt(),
});
