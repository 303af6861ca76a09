import { z } from 'zod';
import { orgLongProcedure, orgProcedure, orgSubscription, router } from '../trpc.ts';
import { enqueueRun } from './enqueue-run.ts';
import { cancelRun, followRun, getRun, listRuns, listRunsInput } from './read-runs.ts';
import { startRun, startRunInput } from './start-run.ts';
import { startShadow, startShadowInput } from './start-shadow.ts';

const runId = z.object({ runId: z.uuid() });

export const runsRouter = router({
  list: orgProcedure('run.read')
    .input(listRunsInput)
    .query(({ ctx, input }) => listRuns(ctx.tx, ctx.orgId, input)),
  get: orgProcedure('run.read')
    .input(runId)
    .query(({ ctx, input }) => getRun(ctx.tx, ctx.orgId, input.runId)),
  start: orgLongProcedure('run.start')
    .input(startRunInput)
    .mutation(async ({ ctx, input }) => {
      // The worker must see the row: the queue hears of it after the commit.
      const started = await ctx.tenant((tx) => startRun(tx, ctx.orgId, ctx.user.id, input));
      await enqueueRun(started.runId);
      return started;
    }),
  shadow: orgLongProcedure('run.start')
    .input(startShadowInput)
    .mutation(async ({ ctx, input }) => {
      const started = await ctx.tenant((tx) => startShadow(tx, ctx.orgId, ctx.user.id, input));
      await enqueueRun(started.runId);
      return started;
    }),
  cancel: orgProcedure('run.start')
    .input(runId)
    .mutation(({ ctx, input }) => cancelRun(ctx.tx, ctx.orgId, input.runId)),
  follow: orgSubscription('run.read')
    .input(runId)
    .subscription(({ ctx, input, signal }) => followRun(ctx.tenant, ctx.orgId, input.runId, signal)),
});
