import { orgProcedure, orgSubscription, router } from '../trpc.ts';
import { answerConfirmation, answerConfirmationInput } from './answer-confirmation.ts';
import { explainHeld, explainHeldInput } from './explain-held.ts';
import { listControl, releaseControl, releaseControlInput, takeControl, takeControlInput } from './leases.ts';
import { liveScreen, liveScreenInput } from './live-screen.ts';
import { listScreens, readScreen, screenInput } from './read-screen.ts';
import { submitForm, submitFormInput } from './submit-form.ts';

export const operateRouter = router({
  list: orgProcedure('operate.read').query(({ ctx }) => listScreens(ctx.tx, ctx.orgId)),
  screen: orgProcedure('operate.read')
    .input(screenInput)
    .query(({ ctx, input }) => readScreen(ctx.tx, ctx.orgId, input)),
  live: orgSubscription('operate.read')
    .input(liveScreenInput)
    .subscription(({ ctx, input, signal }) => liveScreen(ctx.tenant, ctx.orgId, input, signal)),
  submit: orgProcedure('operate.write')
    .input(submitFormInput)
    .mutation(({ ctx, input }) => submitForm(ctx.tx, ctx, input)),
  explain: orgProcedure('operate.read')
    .input(explainHeldInput)
    .query(({ ctx, input }) => explainHeld(ctx.tx, ctx.orgId, input)),
  control: orgProcedure('operate.read').query(({ ctx }) => listControl(ctx.tx, ctx)),
  takeControl: orgProcedure('operate.write')
    .input(takeControlInput)
    .mutation(({ ctx, input }) => takeControl(ctx.tx, ctx, input)),
  releaseControl: orgProcedure('operate.write')
    .input(releaseControlInput)
    .mutation(({ ctx, input }) => releaseControl(ctx.tx, ctx, input)),
  confirm: orgProcedure('operate.write')
    .input(answerConfirmationInput)
    .mutation(({ ctx, input }) => answerConfirmation(ctx.tx, ctx, input)),
});
