import { orgProcedure, orgSubscription, router } from '../trpc.ts';
import { liveValues, liveValuesInput } from './live-values.ts';
import { readTrends, trendInput } from './read-trend.ts';
import { listSignals } from './signals.ts';

export const historyRouter = router({
  signals: orgProcedure('history.read').query(({ ctx }) => listSignals(ctx.tx, ctx.orgId)),
  trend: orgProcedure('history.read')
    .input(trendInput)
    .query(({ ctx, input }) => readTrends(ctx.tx, ctx.orgId, input)),
  live: orgSubscription('history.read')
    .input(liveValuesInput)
    .subscription(({ ctx, input, signal }) => liveValues(ctx.tenant, ctx.orgId, input, signal)),
});
