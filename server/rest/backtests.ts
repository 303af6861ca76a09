import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, installation, instance } from '#drizzle/schema/index.ts';
import { qualityText } from '#runtime/batch/quality.ts';
import type { ReplaySource } from '#runtime/replay/report.ts';
import type { ShadowReport } from '#runtime/replay/shadow-count.ts';
import type { ShownValue } from '#runtime/replay/shadow-difference.ts';
import { notFound } from '../errors.ts';
import { enqueueRun } from '../runs/enqueue-run.ts';
import { getRun } from '../runs/read-runs.ts';
import { startRun } from '../runs/start-run.ts';
import { defineEndpoint } from './endpoint.ts';

const value = z.union([z.number(), z.boolean(), z.string()]);

export const startBacktestEndpoint = defineEndpoint({
  method: 'post',
  path: '/backtests',
  id: 'startBacktest',
  summary: 'Start a backtest',
  description:
    'Runs the draft of an app over recorded data of the machine that it runs on, or that the studio tests it on. Every action is captured, none is performed. Ask for its report at `/runs`.',
  scope: 'runs.start',
  query: z.object({}),
  body: z.object({
    app: z.string().min(1).describe('Slug of the app.'),
    from: z.iso.datetime({ offset: true }).describe('Begin of the window, ISO 8601.'),
    to: z.iso.datetime({ offset: true }).describe('End of the window, not included.'),
    input: z
      .enum(['arrived', 'corrected'])
      .default('corrected')
      .describe(
        '`arrived`: in the order of the log, late samples late; `corrected`: every sample at its own time, of several versions the newest.',
      ),
    confirmations: z.enum(['confirm', 'refuse', 'none']).default('confirm').describe('How confirmations by a person are taken.'),
    compare: z.boolean().default(true).describe('Also run the version that is live on this machine, and tell the differences.'),
    parameters: z.record(z.string(), value).default({}),
  }),
  answer: z.object({ runId: z.uuid() }),
  async run({ orgId, keyId, tenant }, { body }) {
    const { app: slug, from, to, ...wish } = body;
    const started = await tenant(async (tx) => {
      const { appId, assetId, roles } = await plantOf(tx, orgId, slug);
      const window = { from: Date.parse(from), to: Date.parse(to) };
      return startRun(tx, orgId, `key:${keyId}`, { kind: 'backtest', appId, assetId, roles, window, ...wish });
    });
    // The worker must see the row: the queue hears of it after the commit.
    await enqueueRun(started.runId);
    return started;
  },
});

const counts = z.record(z.string(), z.number());
const shown = z.object({ value: z.unknown(), quality: z.string().optional().describe('`good` when absent.') });
export const readRunEndpoint = defineEndpoint({
  method: 'get',
  path: '/runs',
  id: 'readRun',
  summary: 'Read a run',
  description: 'State of a test, backtest or proof and, once it is done, its figures.',
  scope: 'runs.start',
  query: z.object({ id: z.uuid().describe('As `/backtests` answered it.') }),
  answer: z.object({
    id: z.uuid(),
    status: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
    progress: z.number().describe('0 to 1.'),
    error: z.object({ code: z.string(), message: z.string(), node: z.string().optional() }).nullable(),
    report: z
      .object({
        input: z.enum(['arrived', 'corrected']),
        samples: z.number(),
        seconds: z.number().describe('How long the run took.'),
        outputs: z.array(z.object({ name: z.string(), rows: z.number() })),
        alarms: z.number().describe('How many would have been raised.'),
        effects: counts.describe('Captured actions by kind.'),
        unknownAnswers: z.number().describe('Actions with an answer that nobody can know.'),
        recordedAnswers: z.number().describe('Actions with the answer that the same request got then.'),
        source: z
          .object({
            kind: z.enum(['journal', 'log', 'history']),
            steps: z.number().optional().describe('Of its own journal: steps that were compared with what was committed.'),
            different: z.number().optional().describe('How many of them gave other outputs.'),
          })
          .nullable()
          .describe('Where data as they arrived came from: its own journal, the log with its archives, or the historian.'),
        wavesGone: z.number().describe('Waves that are no longer kept: their rows came as bad:missing.'),
        setAside: z.number(),
        difference: z
          .object({
            version: z.string().nullable(),
            outputs: z.array(z.object({ name: z.string(), state: z.enum(['same', 'changed', 'added', 'removed']) })),
            alarmsAdded: z.number(),
            alarmsRemoved: z.number(),
          })
          .nullable(),
      })
      .nullable(),
    shadow: z
      .object({
        version: z.string().describe('The running version that it was beside.'),
        samples: z.number(),
        outputs: z.array(
          z.object({ name: z.string(), same: z.number(), changed: z.number(), missing: z.number(), added: z.number() }),
        ),
        first: z
          .array(
            z.object({
              time: z.iso.datetime(),
              key: z.string(),
              output: z.string(),
              column: z.string().optional(),
              live: shown.optional(),
              candidate: shown.optional(),
              only: z.enum(['live', 'candidate']).optional().describe('The whole record is one side’s alone.'),
            }),
          )
          .describe('The first differences between records.'),
      })
      .nullable()
      .describe('Of a shadow: what the draft did otherwise than the running version.'),
  }),
  async run({ orgId, tenant }, { query }) {
    const { id, status, progress, error, report, shadow } = await tenant((tx) => getRun(tx, orgId, query.id));
    const { difference } = report ?? {};
    return {
      id,
      status,
      progress,
      error: error && { code: error.code, message: error.message, ...(error.node ? { node: error.node } : {}) },
      shadow: shadow && shadowOf(shadow),
      report: report && {
        input: report.input,
        samples: report.rows,
        seconds: report.durationMs / 1000,
        outputs: report.outputs.map(({ name, rows }) => ({ name, rows })),
        alarms: report.alarms.total,
        effects: { ...report.effects.byKind },
        unknownAnswers: report.effects.unknown,
        recordedAnswers: report.effects.recorded ?? 0,
        source: sourceOf(report.source),
        wavesGone: report.wavesGone ?? 0,
        setAside: report.dead.total,
        difference: difference
          ? {
              version: difference.against?.version ?? null,
              outputs: difference.outputs.map(({ name, state }) => ({ name, state })),
              alarmsAdded: difference.alarms.added.length,
              alarmsRemoved: difference.alarms.removed.length,
            }
          : null,
      },
    };
  },
});

const shadowOf = ({ against, rows, outputs, first = [] }: ShadowReport) => ({
  version: against.version,
  samples: rows,
  outputs: outputs.map(({ name, same, changed, missing, added }) => ({ name, same, changed, missing, added })),
  first: first.map(({ time, live, candidate, ...rest }) => ({
    ...rest,
    time: new Date(time).toISOString(),
    ...(live ? { live: shownOf(live) } : {}),
    ...(candidate ? { candidate: shownOf(candidate) } : {}),
  })),
});
const shownOf = ({ v, q }: ShownValue) => ({ value: v, ...(q === undefined ? {} : { quality: qualityText(q) }) });

function sourceOf(source: ReplaySource | undefined) {
  if (!source) return null;
  return source.kind === 'journal'
    ? { kind: source.kind, steps: source.steps, different: source.different }
    : { kind: source.kind };
}

/** The machine that the app runs on, else the one that the studio tests its draft on. */
async function plantOf(tx: Tx, orgId: string, slug: string) {
  const [draft] = await tx
    .select({ id: app.id, binding: app.binding })
    .from(app)
    .where(and(eq(app.orgId, orgId), eq(app.slug, slug)));
  if (!draft) throw notFound('App', '应用');
  const [live] = await tx
    .select({ assetId: instance.assetId, bindings: instance.bindings })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.orgId, orgId), eq(installation.appId, draft.id)))
    .orderBy(desc(instance.updatedAt))
    .limit(1);
  const roles = live?.bindings ?? draft.binding?.roles;
  const assetId = live?.assetId ?? draft.binding?.assetId;
  if (!roles || !assetId) throw notFound('Machine of the app', '应用所在的设备');
  return { appId: draft.id, assetId, roles };
}
