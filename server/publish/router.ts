import { z } from 'zod';
import { env } from '../env.ts';
import { orgProcedure, router } from '../trpc.ts';
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
  measure: orgProcedure('publish.write')
    .input(recordProofInput)
    .mutation(({ ctx, input }) => recordProof(ctx.tx, ctx.orgId, `user:${ctx.user.id}`, input)),
  submit: orgProcedure('publish.write')
    .input(submitReleaseInput)
    .mutation(({ ctx, input }) => submitRelease(ctx.tx, masterKey(), ctx.orgId, `user:${ctx.user.id}`, input)),
  yank: orgProcedure('publish.write')
    .input(z.object({ releaseId: z.uuid() }))
    .mutation(({ ctx, input }) => yankRelease(ctx.tx, ctx.orgId, `user:${ctx.user.id}`, input.releaseId)),
});
