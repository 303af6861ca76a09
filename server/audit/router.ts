import { env } from '../env.ts';
import { orgProcedure, router } from '../trpc.ts';
import { listAudit, listAuditInput } from './list-audit.ts';
import { verifyChain } from './verify-chain.ts';

export const auditRouter = router({
  list: orgProcedure('audit.read')
    .input(listAuditInput)
    .query(({ ctx, input }) => listAudit(ctx.tx, ctx.orgId, input)),
  verify: orgProcedure('audit.read').mutation(({ ctx }) => verifyChain(ctx.tx, ctx.orgId, env())),
});
