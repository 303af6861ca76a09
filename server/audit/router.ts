import { verifyAudit } from '#drizzle/audit.ts';
import { orgProcedure, router } from '../trpc.ts';
import { listAudit, listAuditInput } from './list-audit.ts';

export const auditRouter = router({
  list: orgProcedure('audit.read')
    .input(listAuditInput)
    .query(({ ctx, input }) => listAudit(ctx.tx, ctx.orgId, input)),
  verify: orgProcedure('audit.read').mutation(({ ctx }) => verifyAudit(ctx.tx, ctx.orgId)),
});
