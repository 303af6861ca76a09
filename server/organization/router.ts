import { orgProcedure, publicProcedure, router, userProcedure } from '../trpc.ts';
import { createOrganization, createOrganizationInput } from './create-organization.ts';
import { readGlance } from './read-glance.ts';
import { readMe } from './read-me.ts';

export const organizationRouter = router({
  me: publicProcedure.query(({ ctx }) => readMe(ctx)),
  create: userProcedure.input(createOrganizationInput).mutation(({ ctx, input }) => createOrganization(ctx, input)),
  glance: orgProcedure('org.read').query(({ ctx }) => readGlance(ctx.tx, ctx.orgId)),
});
