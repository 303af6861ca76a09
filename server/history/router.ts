import { z } from 'zod';
import { readStorage } from '#runtime/historian/storage.ts';
import { orgProcedure, orgSubscription, router } from '../trpc.ts';
import { liveValues, liveValuesInput } from './live-values.ts';
import { readSignalsResampled, resampledInput } from './read-resampled.ts';
import { readSignalRollups, rollupsInput } from './read-rollups.ts';
import { readTrends, trendInput } from './read-trend.ts';
import { readRetention, retentionDefaultInput, retentionInput, saveRetention, saveRetentionDefault } from './save-retention.ts';
import { listSignals } from './signals.ts';

export const historyRouter = router({
  signals: orgProcedure('history.read').query(({ ctx }) => listSignals(ctx.tx, ctx.orgId)),
  trend: orgProcedure('history.read')
    .input(trendInput)
    .query(({ ctx, input }) => readTrends(ctx.tx, ctx.orgId, input)),
  rollups: orgProcedure('history.read')
    .input(rollupsInput)
    .query(({ ctx, input }) => readSignalRollups(ctx.tx, ctx.orgId, input)),
  resampled: orgProcedure('history.read')
    .input(resampledInput)
    .query(({ ctx, input }) => readSignalsResampled(ctx.tx, ctx.orgId, input)),
  retention: orgProcedure('history.read')
    .input(z.object({ ids: z.array(z.number().int()).max(2000) }))
    .query(({ ctx, input }) => readRetention(ctx.tx, ctx.orgId, input.ids)),
  saveRetention: orgProcedure('plant.write')
    .input(retentionInput)
    .mutation(({ ctx, input }) => saveRetention(ctx.tx, ctx, input)),
  storage: orgProcedure('history.read').query(({ ctx }) => readStorage(ctx.tx, ctx.orgId)),
  saveRetentionDefault: orgProcedure('plant.write')
    .input(retentionDefaultInput)
    .mutation(({ ctx, input }) => saveRetentionDefault(ctx.tx, ctx, input)),
  live: orgSubscription('history.read')
    .input(liveValuesInput)
    .subscription(({ ctx, input, signal }) => liveValues(ctx.tenant, ctx.orgId, input, signal)),
});
