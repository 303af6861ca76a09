import { orgLongProcedure, orgProcedure, router } from '../trpc.ts';
import { listTraces, listTracesInput } from './list-traces.ts';
import { drawnInput, noteDrawn } from './note-hops.ts';
import { readNodes, readNodesInput } from './read-nodes.ts';
import { readTrace, traceInput } from './read-trace.ts';

export const traceRouter = router({
  nodes: orgProcedure('operate.read')
    .input(readNodesInput)
    .query(({ ctx, input }) => readNodes(ctx.tx, ctx.orgId, input)),
  list: orgProcedure('history.read')
    .input(listTracesInput)
    .query(({ ctx, input }) => listTraces(ctx.tx, ctx.orgId, input)),
  drawn: orgProcedure('operate.read')
    .input(drawnInput)
    .mutation(({ ctx, input }) => noteDrawn(ctx.tx, ctx.orgId, input)),
  read: orgLongProcedure('history.read')
    .input(traceInput)
    .query(({ ctx, input }) => readTrace(ctx.tenant, ctx.orgId, input)),
});
