import { orgLongProcedure, orgProcedure, router } from '../trpc.ts';
import { readNodes, readNodesInput } from './read-nodes.ts';
import { readTrace, traceInput } from './read-trace.ts';

export const traceRouter = router({
  nodes: orgProcedure('operate.read')
    .input(readNodesInput)
    .query(({ ctx, input }) => readNodes(ctx.tx, ctx.orgId, input)),
  read: orgLongProcedure('history.read')
    .input(traceInput)
    .query(({ ctx, input }) => readTrace(ctx.tenant, ctx.orgId, input)),
});
