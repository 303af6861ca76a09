/** A plant, an app and workers in a fresh database: for the worker's integration tests, the long proofs and benches. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import pino from 'pino';
import type { Database } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { appVersion, asset, installation, instance, lane, type RoleBinding, shard, tag } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { compileApp } from './compile-app.ts';
import type { Compile } from './prepare.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts';

export const ORG = 'org-a';
const name = { en: 'Proof', zh: '验证' };
export const CAPABILITIES = ['tag.read', 'tag.write', 'notify.send', 'alarm.raise', 'screen.render'];

/** `own`: a migrated database of the caller's; otherwise a fresh one. */
export async function workerFixture(own?: Database & { url: string }) {
  const database = own ?? (await testDatabase({ max: 6 }));
  const { db, url } = database;
  const dataFolder = await mkdtemp(join(tmpdir(), 'mw-worker-'));
  await provisionOrganization(db, ORG);
  const [site] = await db.insert(asset).values({ orgId: ORG, level: 'asset', code: 'C-101', name }).returning();
  if (!site) throw new Error('no asset');
  const reader = await openLogReader(url);
  const notifier = openNotifier(url);
  const workers: RunningWorker[] = [];
  const writers: { close(): Promise<void> }[] = [];
  const first = <T>(rows: readonly T[]): T => {
    if (rows[0] === undefined) throw new Error('no row');
    return rows[0];
  };
  const shardsOf = (instanceId: string) => db.select().from(shard).where(eq(shard.instanceId, instanceId)).orderBy(shard.id);
  return {
    ...database,
    siteId: site.id,
    dataFolder,
    reader,
    notifier,
    /** A scan lane with its tags; `write` appends and wakes. */
    async lane(tags: readonly Partial<typeof tag.$inferInsert>[]) {
      const { id } = first(await db.insert(lane).values({ orgId: ORG, kind: 'scan' }).returning());
      const ids: number[] = [];
      for (const one of tags)
        ids.push(
          first(
            await db
              .insert(tag)
              .values({ orgId: ORG, assetId: site.id, name: `t ${Math.random()}`, laneId: id, ...one })
              .returning(),
          ).id,
        );
      const writer = await openScanWriter(url, [id]);
      writers.push(writer);
      const append = async (
        rows: readonly { tags: readonly number[]; time: number; values: readonly number[]; at: number | undefined }[],
      ) => {
        await writer.append(
          rows.map(({ tags: tagIds, time, values, at }) => ({
            lane: id,
            entry: {
              kind: 'samples' as const,
              at: at ?? time,
              origin: 'measured' as const,
              n: values.length,
              tag: Int32Array.from(tagIds),
              time: new Float64Array(values.length).fill(time),
              value: Float64Array.from(values),
            },
          })),
        );
        notifier.lanes([id]);
      };
      return {
        id,
        tags: ids,
        async write(rows: readonly { time: number; values: readonly number[]; at?: number }[]) {
          await append(rows.map(({ time, values, at }) => ({ tags: ids.slice(0, values.length), time, values, at })));
        },
        /** A text where the lane's first tag has its number. */
        async writeText(time: number, text: string) {
          const entry = {
            ...{ kind: 'samples' as const, at: time, origin: 'measured' as const, n: 1, tag: Int32Array.of(ids[0] ?? 0) },
            ...{ time: Float64Array.of(time), value: Float64Array.of(Number.NaN), other: { 0: { text } } },
          };
          await writer.append([{ lane: id, entry }]);
          notifier.lanes([id]);
        },
        /** One sample of the lane's tag number `index`. */
        writeOne: (index: number, time: number, value: number, at = time) =>
          append([{ tags: ids.slice(index, index + 1), time, values: [value], at }]),
      };
    },
    async instance(
      graph: GraphDocumentInput,
      bindings: Readonly<Record<string, number | RoleBinding>>,
      options: { grants?: readonly string[]; key?: string; parameters?: Record<string, number>; shards?: number } = {},
    ): Promise<string> {
      const text = JSON.stringify(graph);
      const version = first(
        await db
          .insert(appVersion)
          .values({
            orgId: ORG,
            name,
            version: '1.0.0',
            graph: text,
            graphHash: createHash('sha256').update(text).digest('hex'),
            screens: [],
          })
          .returning(),
      );
      const grants = (options.grants ?? CAPABILITIES).map((capability) => ({ capability, by: 'test', at: '' }));
      const installed = first(
        await db
          .insert(installation)
          .values({ orgId: ORG, name, versionId: version.id, grants, parameters: options.parameters ?? {} })
          .returning(),
      );
      const made = first(
        await db
          .insert(instance)
          .values({
            orgId: ORG,
            installationId: installed.id,
            versionId: version.id,
            key: options.key ?? 'C-101',
            bindings: Object.fromEntries(
              Object.entries(bindings).map(([role, bound]) => [role, typeof bound === 'number' ? { tagId: bound } : bound]),
            ),
            shards: options.shards ?? 1,
          })
          .returning(),
      );
      notifier.tell('control', made.id);
      return made.id;
    },
    async worker(more: Partial<WorkerOptions> & { compile?: Compile } = {}): Promise<RunningWorker> {
      const made = await startWorker({
        databaseUrl: url,
        dataFolder,
        compile: compileApp,
        log: pino({ level: process.env.WORKER_TEST_LOG ?? 'silent' }),
        exit: () => {
          throw new Error('the worker would end its process');
        },
        ...more,
      });
      workers.push(made);
      return made;
    },
    /** Waits until the instance runs; says why when it does not. */
    async running(instanceId: string): Promise<void> {
      await until('running', async () => {
        const row = first(await db.select().from(instance).where(eq(instance.id, instanceId)));
        if (row.reason) throw new Error(JSON.stringify(row.reason));
        return row.status === 'running';
      });
    },
    facts: async (instanceId: string) => first(await db.select().from(instance).where(eq(instance.id, instanceId))),
    shard: async (instanceId: string) => first(await db.select().from(shard).where(eq(shard.instanceId, instanceId))),
    /** All of its shards, those that ended first. */
    shards: shardsOf,
    /** What the instance has given so far, shard by shard: per step the rows of its outputs. */
    async outputs(instanceId: string) {
      const all: {
        shard: number;
        step: number;
        name: string;
        origin: string;
        time: number;
        key: string;
        values: unknown[];
        quality: number[];
      }[] = [];
      for (const s of await shardsOf(instanceId))
        for (let cursor = 0, rows = await reader.readAfter([s.outLane], [0], 500); rows.length > 0; ) {
          for (const { seq, entry } of rows) {
            cursor = seq;
            if (entry.kind !== 'outputs') continue;
            for (const o of entry.outputs)
              for (let i = 0; i < o.n; i++)
                all.push({
                  shard: s.id,
                  step: seq,
                  name: o.name,
                  origin: o.origin,
                  time: o.time[i] ?? 0,
                  key: o.key[i] ?? '',
                  values: o.columns.map((c) => c[i]),
                  quality: o.quality.map((q) => q?.[i] ?? 0),
                });
          }
          rows = await reader.readAfter([s.outLane], [cursor], 500);
        }
      return all;
    },
    async [Symbol.asyncDispose]() {
      for (const w of workers) await w.stop();
      for (const w of writers) await w.close();
      await notifier.close();
      await reader.close();
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
export type WorkerFixture = Awaited<ReturnType<typeof workerFixture>>;

export async function until(what: string, ok: () => Promise<boolean> | boolean, ms = 60_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (await ok()) return;
    await new Promise((r) => setTimeout(r, 20));
  }
  throw new Error(`did not come true in ${ms} ms: ${what}`);
}
