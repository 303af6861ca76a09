import { orgProcedure, router } from '../trpc.ts';
import { inspectLetter, letterInput } from './inspect-letter.ts';
import { listDeadLetters, listEffects } from './list-effects.ts';
import { settleInput, settleLetter } from './settle-letter.ts';

export const effectsRouter = router({
  list: orgProcedure('run.read').query(({ ctx }) => listEffects(ctx.tx, ctx.orgId)),
  deadLetters: orgProcedure('run.read').query(({ ctx }) => listDeadLetters(ctx.tx, ctx.orgId)),
  inspect: orgProcedure('run.read')
    .input(letterInput)
    .query(({ ctx, input }) => inspectLetter(ctx.tx, ctx.orgId, input)),
  settle: orgProcedure('app.control')
    .input(settleInput)
    .mutation(({ ctx, input }) => settleLetter(ctx.tx, ctx, input)),
});
