import { orgLongProcedure, router } from '../trpc.ts';
import { readTrace, traceInput } from './read-trace.ts';

export const traceRouter = router({
  read: orgLongProcedure('history.read')
    .input(traceInput)
    .query(({ ctx, input }) => readTrace(ctx.tenant, ctx.orgId, input)),
});
