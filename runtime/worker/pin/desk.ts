import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { app, appVersion, installation, instance, pin } from '#drizzle/schema/index.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { openListener } from '#runtime/log/notify.ts';
import { PIN_LIMITS, type PinAnswer } from '#runtime/replay/pin.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { holderGone } from '../lease.ts';
import type { ReplayTools } from '../replay-graph.ts';
import { faultOf, isForeseen } from '../replay-run.ts';
import { RunFailed } from '../run-failed.ts';
import { answerPast, answerPin, type Held, nothingHeld, type PastVersion } from './answer.ts';
import { readFacts } from './read-file.ts';

export interface PinDesk {
  /** Settles when nobody waits for an answer; undefined when nobody does. What runs in the background waits for it before each step. */
  turn(): Promise<void> | undefined;
  facts(): { held: number; rows: number };
  stop(): Promise<void>;
}

/** Answers at once; a third person waits for one of them. */
const AT_ONCE = 2;
/** What nobody asked about for so long is dropped. */
const IDLE_MS = 300_000;
const TEND_MS = 15_000;
/** Rows of the table that nobody came back to. */
const FORGOTTEN = sql`clock_timestamp() - interval '1 day'`;
/** A question that no worker heard of (the listening session was down) is found again for so long. */
const OPEN = sql`clock_timestamp() - interval '1 minute'`;
/** The background goes on after this, whoever waits: nobody's typing stops another one's backtest. */
const MOST_WAIT_MS = 2_000;

type Row = typeof pin.$inferSelect;

/**
 * Holds recorded data in memory for people who edit, and answers what their graph makes of it. The row of a person and app says what is asked; whichever
 * worker has the data answers, and any takes it over when that one is gone. Nothing is performed: every effect is captured.
 */
export function openPinDesk(options: {
  readonly tools: ReplayTools;
  readonly databaseUrl: string;
  /** This worker, as in `shard.holder`. */
  readonly holder: string;
  readonly warn: (what: string, error: unknown) => void;
}): PinDesk {
  const { tools, holder, warn } = options;
  const { db } = tools;
  const held = new Map<string, Held & { usedAt: number }>();
  const busy = new Map<string, { stop: AbortController; again: boolean }>();
  const stopping = new AbortController();
  const queue: (() => void)[] = [];
  let running = 0;
  let ahead: PromiseWithResolvers<void> | undefined;

  const listener = openListener(
    options.databaseUrl,
    ['pins'],
    (_channel, payload) => {
      if (payload === '') void lookAround();
      else for (const id of payload.split(',')) heard(id);
    },
    { name: 'worker pins' },
  );
  const timer = setInterval(() => void tend().catch((error) => warn('pins', error)), TEND_MS);

  function heard(id: string): void {
    if (stopping.signal.aborted) return;
    const one = busy.get(id);
    if (one) {
      // A newer question: the answer to this one nobody waits for any more.
      one.again = true;
      one.stop.abort();
      return;
    }
    const work = { stop: new AbortController(), again: false };
    busy.set(id, work);
    void inTurn(() => answer(id, AbortSignal.any([work.stop.signal, stopping.signal])))
      .catch((error) => warn(`pin ${id}`, error))
      .finally(() => {
        busy.delete(id);
        if (work.again) heard(id);
      });
  }

  async function inTurn(work: () => Promise<void>): Promise<void> {
    if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
    else running++;
    ahead ??= Promise.withResolvers<void>();
    try {
      await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running--;
      if (running === 0) {
        ahead?.resolve();
        ahead = undefined;
      }
    }
  }

  async function answer(id: string, signal: AbortSignal): Promise<void> {
    const row = await claim(db, id, holder);
    if (!row || signal.aborted) return;
    let stuck: SandboxError | undefined;
    const onFatal = (error: SandboxError) => {
      stuck = error;
      void give(row, { kind: 'fault', fault: faultOf(error) })
        .catch(() => {})
        .finally(() => tools.onFatal(error));
    };
    const said = await answerTo({ ...tools, onFatal }, row, signal).catch((error: unknown): PinAnswer | undefined => {
      if (signal.aborted || stuck) return undefined;
      if (!isForeseen(error)) warn(`pin ${id}`, error);
      return { kind: 'fault', fault: faultOf(error) };
    });
    if (said && !signal.aborted) await give(row, said);
  }

  async function answerTo(reading: ReplayTools, row: Row, signal: AbortSignal): Promise<PinAnswer> {
    const { orgId, source, graph, parameters } = row;
    if (source.kind === 'past') {
      const onProgress = progressOf(db, row);
      const live = await versionOf(db, row);
      const report = await answerPast(reading, orgId, source, live, { signal, onProgress });
      return { kind: 'report', report, graph: graphDocument.parse(JSON.parse(live.graph)) };
    }
    if (graph === null) {
      if (source.kind !== 'file')
        throw new RunFailed({ code: 'pin.graph', message: 'No graph to run.', zh: '没有可运行的流程图。' });
      const { bytes } = await tools.blobs.get(db, orgId, source.hash);
      return { kind: 'columns', file: await readFacts(bytes, source, signal) };
    }
    const mine = held.get(row.id) ?? { ...nothingHeld(), usedAt: 0 };
    mine.usedAt = performance.now();
    held.set(row.id, mine);
    const report = await answerPin(reading, mine, { orgId, source, graph, parameters }, signal);
    makeRoom(row.id);
    return { kind: 'report', report };
  }

  async function give(row: Row, said: PinAnswer): Promise<void> {
    const given = await db
      .update(pin)
      .set({ answered: row.asked, answer: JSON.stringify(said), usedAt: sql`now()`, progress: 1 })
      .where(and(eq(pin.id, row.id), lt(pin.answered, row.asked), eq(pin.holder, holder)))
      .returning({ id: pin.id });
    if (given.length > 0) await db.execute(sql`select pg_notify('pinned', ${row.id})`);
  }

  const rowsHeld = () => [...held.values()].reduce((sum, one) => sum + (one.rows?.rows ?? 0), 0);

  /** The data that was longest not asked about goes first. */
  function makeRoom(keep: string): void {
    const others = [...held].filter(([id]) => id !== keep && !busy.has(id)).sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [id] of others) {
      if (rowsHeld() <= PIN_LIMITS.allRows) return;
      held.delete(id);
    }
  }

  async function tend(): Promise<void> {
    const now = performance.now();
    const idle = [...held].filter(([id, one]) => now - one.usedAt > IDLE_MS && !busy.has(id)).map(([id]) => id);
    for (const id of idle) held.delete(id);
    if (idle.length > 0)
      await db
        .update(pin)
        .set({ holder: null, answer: null })
        .where(and(inArray(pin.id, idle), eq(pin.holder, holder)));
    await db.delete(pin).where(lt(pin.usedAt, FORGOTTEN));
    await lookAround();
  }

  /** Questions that were asked while nobody heard. */
  async function lookAround(): Promise<void> {
    const open = await db
      .select({ id: pin.id })
      .from(pin)
      .where(and(lt(pin.answered, pin.asked), sql`${pin.usedAt} > ${OPEN}`))
      .catch(() => []);
    for (const { id } of open) if (!busy.has(id)) heard(id);
  }

  return {
    turn() {
      if (!ahead) return undefined;
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((go) => {
        late = setTimeout(go, MOST_WAIT_MS);
      });
      return Promise.race([ahead.promise, patience]).finally(() => clearTimeout(late));
    },
    facts: () => ({ held: held.size, rows: rowsHeld() }),
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await listener.close();
      while (busy.size > 0) await new Promise((go) => setTimeout(go, 20));
      held.clear();
    },
  };
}

/** Takes a question that is open, unless another living worker has its data. */
async function claim(db: Db, id: string, holder: string): Promise<Row | undefined> {
  const [row] = await db
    .update(pin)
    .set({ holder, progress: 0 })
    .where(
      and(
        eq(pin.id, id),
        lt(pin.answered, pin.asked),
        sql`(${pin.holder} is null or ${pin.holder} = ${holder} or ${sql.raw(holderGone('"pin"."holder"'))})`,
      ),
    )
    .returning();
  return row;
}

/** The version that runs, of the asking person's own organization and app. */
async function versionOf(db: Db, { orgId, appId, source }: Row): Promise<PastVersion> {
  const [live] = await db
    .select({
      graph: appVersion.graph,
      graphHash: appVersion.graphHash,
      key: instance.key,
      bindings: instance.bindings,
      parameters: installation.parameters,
      assetId: instance.assetId,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .innerJoin(app, eq(app.id, installation.appId))
    .where(
      and(
        eq(instance.orgId, orgId),
        eq(app.id, appId),
        eq(app.orgId, orgId),
        eq(instance.id, source.kind === 'past' ? source.instanceId : ''),
      ),
    );
  if (!live)
    throw new RunFailed({ code: 'pin.instance', message: 'The app does not run there any more.', zh: '该应用已不在此处运行。' });
  const { assetId, ...rest } = live;
  return assetId === null ? rest : { ...rest, assetId };
}

/** Told to the page at most every 300 ms. */
function progressOf(db: Db, row: Row): (done: number) => void {
  let told = 0;
  return (done) => {
    const now = performance.now();
    if (now - told < 300) return;
    told = now;
    db.update(pin)
      .set({ progress: done })
      .where(and(eq(pin.id, row.id), eq(pin.asked, row.asked)))
      // A lost write is a bar that stands still.
      .catch(() => {});
  };
}
