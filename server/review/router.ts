import { z } from 'zod';
import { env } from '../env.ts';
import { orgProcedure, router } from '../trpc.ts';
import { decideRelease, decideReleaseInput, listForReview, readForReview, requirePlatform } from './review-release.ts';

export const reviewRouter = router({
  list: orgProcedure('review.read').query(({ ctx }) => {
    requirePlatform(ctx.org);
    return listForReview(ctx.tx);
  }),
  read: orgProcedure('review.read')
    .input(z.object({ releaseId: z.uuid() }))
    .query(({ ctx, input }) => {
      requirePlatform(ctx.org);
      return readForReview(ctx.tx, input.releaseId);
    }),
  decide: orgProcedure('review.decide')
    .input(decideReleaseInput)
    .mutation(({ ctx, input }) => decideRelease(ctx.tx, env().MILLWRIGHT_MASTER_KEY, ctx.org, `user:${ctx.user.id}`, input)),
});
