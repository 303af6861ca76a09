import { orgProcedure, router } from '../trpc.ts';
import { readPlant } from './read-plant.ts';
import { deleteAsset, deleteAssetInput, saveAsset, saveAssetInput } from './save-asset.ts';
import { deleteTag, deleteTagInput, saveTag, saveTagInput } from './save-tag.ts';

export const plantRouter = router({
  read: orgProcedure('plant.read').query(({ ctx }) => readPlant(ctx.tx, ctx.orgId)),
  saveAsset: orgProcedure('plant.write')
    .input(saveAssetInput)
    .mutation(({ ctx, input }) => saveAsset(ctx.tx, ctx, input)),
  deleteAsset: orgProcedure('plant.write')
    .input(deleteAssetInput)
    .mutation(({ ctx, input }) => deleteAsset(ctx.tx, ctx, input)),
  saveTag: orgProcedure('plant.write')
    .input(saveTagInput)
    .mutation(({ ctx, input }) => saveTag(ctx.tx, ctx, input)),
  deleteTag: orgProcedure('plant.write')
    .input(deleteTagInput)
    .mutation(({ ctx, input }) => deleteTag(ctx.tx, ctx, input)),
});
