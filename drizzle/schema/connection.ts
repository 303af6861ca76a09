import { bigint, boolean, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import type { Bilingual } from '#runtime/graph/document.ts';
import { at, createdAt, id, orgId, updatedAt } from './columns.ts';

/** The connector of what programs write over the programming interface. No gateway holds it: the web process writes its lanes. */
export const PUSH = 'push';

/**
 * What a connection is doing and, when it is not `live`, which part failed and why. Status comes from the age of data, not from a socket;
 * `idle`: it stands, and no tag waits for its values.
 */
export interface ConnectionStatus {
  readonly state: 'off' | 'connecting' | 'idle' | 'live' | 'degraded' | 'stale' | 'failed';
  /** The failing part. */
  readonly part?: 'network' | 'session' | 'certificate' | 'permission' | 'address' | 'device' | 'data' | 'log';
  /** Stable code with its sentence in English and in Chinese. */
  readonly code?: string;
  readonly reason?: string;
  readonly zh?: string;
  readonly since: string;
  /** Newest value, ISO time. */
  readonly lastValueAt?: string;
  readonly samplesPerSecond?: number;
  /** The source's clock against ours, ms; negative = behind. Absent where it is not known. */
  readonly clockAheadMs?: number;
  /** Per device behind the connection (Modbus unit, Sparkplug device). */
  readonly devices?: Readonly<Record<string, { readonly state: string; readonly reason?: Bilingual }>>;
}

export const connection = pgTable(
  'connection',
  {
    id: id(),
    orgId: orgId(),
    name: text('name').notNull(),
    /** Folder of `blocks/connectors`: `opcua`, `modbus-tcp`, … */
    connector: text('connector').notNull(),
    /** Checked by the connector's own schema; never holds a secret. */
    settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
    secretId: uuid('secret_id'),
    enabled: boolean('enabled').notNull().default(true),
    /** Data of this connection is from a simulator: its samples have origin `simulated`. */
    simulated: boolean('simulated').notNull().default(false),
    status: jsonb('status').$type<ConnectionStatus>(),
    /** What its connector keeps over restarts and moves: how far it has read a table. */
    kept: jsonb('kept').$type<unknown>(),
    /** The gateway that holds it: leased by one at a time. */
    holder: text('holder'),
    leaseUntil: at('lease_until'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique().on(t.orgId, t.name)],
);

/** A lane of an organization's log (semantics, section 3). Sequence numbers are gapless in commit order. */
export const lane = pgTable(
  'lane',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    orgId: orgId(),
    kind: text('kind').$type<'scan' | 'control' | 'output'>().notNull(),
    connectionId: uuid('connection_id').references(() => connection.id, { onDelete: 'set null' }),
    /** Scan group inside the connection. */
    scanGroup: text('scan_group'),
    /** Counter row of a control lane, taken in the appending transaction; other lanes have one fenced writer and leave it 0. */
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.orgId, t.kind), unique().on(t.connectionId, t.scanGroup)],
);

/** Server certificates seen by secure connectors, with a person's decision. */
export const trustedCertificate = pgTable(
  'trusted_certificate',
  {
    id: id(),
    orgId: orgId(),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connection.id, { onDelete: 'cascade' }),
    /** SHA-256, hex. */
    fingerprint: text('fingerprint').notNull(),
    subject: text('subject').notNull(),
    validUntil: at('valid_until'),
    pem: text('pem').notNull(),
    state: text('state').$type<'pending' | 'trusted' | 'rejected'>().notNull().default('pending'),
    decidedBy: text('decided_by'),
    createdAt: createdAt(),
  },
  (t) => [unique().on(t.connectionId, t.fingerprint)],
);

/** Requests to the holder of a connection (browse, test, write), answered by it: a connection is one shared session. */
export const connectionRequest = pgTable(
  'connection_request',
  {
    id: id(),
    orgId: orgId(),
    connectionId: uuid('connection_id')
      .notNull()
      .references(() => connection.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'browse' | 'test' | 'read' | 'write'>().notNull(),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    answer: jsonb('answer').$type<Record<string, unknown>>(),
    deadline: at('deadline').notNull(),
    answeredAt: at('answered_at'),
    createdAt: createdAt(),
  },
  (t) => [index().on(t.connectionId, t.answeredAt)],
);

export const secret = pgTable('secret', {
  id: id(),
  orgId: orgId(),
  name: text('name').notNull(),
  /** AES-256-GCM under the organization's data key; opened only in the process that uses it. */
  sealed: text('sealed').notNull(),
  createdAt: createdAt(),
});
/** Data key per organization, sealed under the master key. */
export const dataKey = pgTable('data_key', {
  orgId: orgId().primaryKey(),
  sealed: text('sealed').notNull(),
  createdAt: createdAt(),
});
