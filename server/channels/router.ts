import { orgProcedure, router } from '../trpc.ts';
import { channelInput, createChannel, createChannelInput, listChannels, removeChannel } from './manage-channels.ts';

export const channelsRouter = router({
  list: orgProcedure('channels.read').query(({ ctx }) => listChannels(ctx.tx, ctx.orgId)),
  create: orgProcedure('channels.write')
    .input(createChannelInput)
    .mutation(({ ctx, input }) => createChannel(ctx, input)),
  remove: orgProcedure('channels.write')
    .input(channelInput)
    .mutation(({ ctx, input }) => removeChannel(ctx, input)),
});
