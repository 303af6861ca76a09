import { orgProcedure, router } from '../trpc.ts';
import { createKey, createKeyInput } from './create-key.ts';
import { listKeys } from './list-keys.ts';
import { revokeKey, revokeKeyInput } from './revoke-key.ts';

export const keysRouter = router({
  list: orgProcedure('keys.read').query(({ ctx }) => listKeys(ctx.tx, ctx.orgId)),
  create: orgProcedure('keys.write')
    .input(createKeyInput)
    .mutation(({ ctx, input }) => createKey(ctx, input)),
  revoke: orgProcedure('keys.write')
    .input(revokeKeyInput)
    .mutation(({ ctx, input }) => revokeKey(ctx, input)),
});
