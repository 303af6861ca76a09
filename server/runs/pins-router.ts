import { z } from 'zod';
import { orgLongProcedure, orgProcedure, router } from '../trpc.ts';
import { askPinned, askPinnedInput } from './ask-pinned.ts';
import { failureInput, listFailures, listSampleData, readFailure } from './list-pinnable.ts';

/** Recorded data that a person holds while editing (`runtime/worker/pin`). */
export const pinsRouter = router({
  ask: orgLongProcedure('run.start')
    .input(askPinnedInput)
    .mutation(({ ctx, input, signal }) => askPinned(ctx, input, signal)),
  samples: orgProcedure('run.read').query(() => listSampleData()),
  failures: orgProcedure('operate.read')
    .input(z.object({ appId: z.uuid() }))
    .query(({ ctx, input }) => listFailures(ctx.tx, ctx.orgId, input.appId)),
  failure: orgProcedure('operate.read')
    .input(failureInput)
    .query(({ ctx, input }) => readFailure(ctx.tx, ctx.orgId, input)),
});
