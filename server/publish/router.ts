import { z } from 'zod';
import { env } from '../env.ts';
import { enqueueRun } from '../runs/enqueue-run.ts';
import { orgLongProcedure, orgProcedure, router } from '../trpc.ts';
import { listOwnReleases, yankRelease } from './list-releases.ts';
import { readPublisher, registerPublisher, registerPublisherInput } from './publisher.ts';
import { recordProof, recordProofInput } from './record-proof.ts';
import { submitRelease, submitReleaseInput } from './submit-release.ts';

const masterKey = () => env().MILLWRIGHT_MASTER_KEY;

export const publishRouter = router({
  publisher: orgProcedure('publish.read').query(({ ctx }) => readPublisher(ctx.tx, ctx.orgId)),
  register: orgProcedure('publish.write')
    .input(registerPublisherInput)
    .mutation(({ ctx, input }) => registerPublisher(ctx.tx, masterKey(), ctx.orgId, `user:${ctx.user.id}`, input)),
  releases: orgProcedure('publish.read').query(({ ctx }) => listOwnReleases(ctx.tx, ctx.orgId)),
  // A worker must see the row: the queue hears of a run after the commit.
  measure: orgLongProcedure('publish.write')
    .input(recordProofInput)
    .mutation(async ({ ctx, input }) => {
      const made = await ctx.tenant((tx) => recordProof(tx, ctx.orgId, `user:${ctx.user.id}`, input));
      await enqueueRun(made.id);
      return { runId: made.id };
    }),
  submit: orgLongProcedure('publish.write')
    .input(submitReleaseInput)
    .mutation(async ({ ctx, input }) => {
      const made = await ctx.tenant((tx) => submitRelease(tx, masterKey(), ctx.orgId, `user:${ctx.user.id}`, input));
      await enqueueRun(made.runId);
      return made;
    }),
  yank: orgProcedure('publish.write')
    .input(z.object({ releaseId: z.uuid() }))
    .mutation(({ ctx, input }) => yankRelease(ctx.tx, ctx.orgId, `user:${ctx.user.id}`, input.releaseId)),
});
