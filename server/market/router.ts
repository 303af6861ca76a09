import { orgProcedure, router } from '../trpc.ts';
import { browseInput, browseMarket, listingInput, readListing } from './browse.ts';
import { installRelease, installReleaseInput, planInstall, planInstallInput } from './install-release.ts';

export const marketRouter = router({
  browse: orgProcedure('market.read')
    .input(browseInput)
    .query(({ ctx, input }) => browseMarket(ctx.tx, ctx.orgId, input)),
  listing: orgProcedure('market.read')
    .input(listingInput)
    .query(({ ctx, input }) => readListing(ctx.tx, ctx.orgId, input)),
  plan: orgProcedure('market.install')
    .input(planInstallInput)
    .query(({ ctx, input }) => planInstall(ctx.tx, ctx.orgId, input)),
  install: orgProcedure('market.install')
    .input(installReleaseInput)
    .mutation(({ ctx, input }) => installRelease(ctx.tx, ctx.orgId, `user:${ctx.user.id}`, input)),
});
