import { tracked } from '@trpc/server';
import { z } from 'zod';
import { bilingual, graphDocument } from '#runtime/graph/document.ts';
import { orgProcedure, orgSubscription, router } from '../trpc.ts';
import { bindDraft, bindDraftInput } from './bind-draft.ts';
import { checkDraft } from './check-draft.ts';
import { listInstallations, setWanted, uninstall } from './control-instance.ts';
import { createApp, createAppInput } from './create-app.ts';
import { deleteApp } from './delete-app.ts';
import { deployApp, deployInput } from './deploy-app.ts';
import { editDraft, editDraftInput, editsSince, editsSinceInput } from './edit-draft.ts';
import { followDraft, followDraftInput, presentInput, tellPresence } from './follow-draft.ts';
import { liveInput, liveValues } from './live-values.ts';
import { nameVersion, nameVersionInput } from './name-version.ts';
import { planDeployment, planInput } from './plan-deployment.ts';
import { getApp, listApps } from './read-apps.ts';
import { readBlockPage } from './read-block-page.ts';
import { editHistoryInput, getVersion, listVersions, readEditHistory } from './read-versions.ts';
import { listSamples, readSample } from './samples.ts';
import { saveDraft, saveDraftInput } from './save-draft.ts';
import { setShards, setShardsInput } from './set-shards.ts';
import { suggestBindings, suggestInput } from './suggest-bindings.ts';

const appId = z.object({ appId: z.uuid() });
const instanceId = z.object({ instanceId: z.uuid() });

export const appsRouter = router({
  list: orgProcedure('app.read').query(({ ctx }) => listApps(ctx.tx, ctx.orgId)),
  get: orgProcedure('app.read')
    .input(appId)
    .query(({ ctx, input }) => getApp(ctx.tx, ctx.orgId, input.appId)),
  create: orgProcedure('app.write')
    .input(createAppInput)
    .mutation(({ ctx, input }) => createApp(ctx.tx, ctx.orgId, ctx.user.id, input)),
  samples: orgProcedure('app.read').query(() => listSamples()),
  createFromSample: orgProcedure('app.write')
    .input(z.object({ sample: z.string(), name: bilingual.optional() }))
    .mutation(async ({ ctx, input }) => {
      const { title, graph, screens, assetClass } = await readSample(input.sample);
      return createApp(ctx.tx, ctx.orgId, ctx.user.id, { name: input.name ?? title, graph, screens, assetClass });
    }),
  save: orgProcedure('app.write')
    .input(saveDraftInput)
    .mutation(({ ctx, input }) => saveDraft(ctx.tx, ctx.orgId, ctx.user.id, input)),
  edit: orgProcedure('app.write')
    .input(editDraftInput)
    .mutation(({ ctx, input }) => editDraft(ctx.tx, ctx.orgId, ctx.user.id, input)),
  since: orgProcedure('app.read')
    .input(editsSinceInput)
    .query(({ ctx, input }) => editsSince(ctx.tx, ctx.orgId, input)),
  present: orgProcedure('app.read')
    .input(presentInput)
    .mutation(({ ctx, input }) => tellPresence(ctx.tx, ctx.orgId, ctx.user, input)),
  follow: orgSubscription('app.read')
    .input(followDraftInput)
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const news of followDraft(ctx.tenant, ctx.orgId, input, signal)) yield tracked(String(news.revision), news);
    }),
  bind: orgProcedure('app.write')
    .input(bindDraftInput)
    .mutation(({ ctx, input }) => bindDraft(ctx.tx, ctx.orgId, input)),
  suggestBindings: orgProcedure('app.read')
    .input(suggestInput)
    .query(({ ctx, input }) => suggestBindings(ctx.tx, ctx.orgId, input)),
  check: orgProcedure('app.read')
    .input(z.object({ graph: graphDocument }))
    .mutation(({ input }) => checkDraft(input.graph).problems),
  delete: orgProcedure('app.write')
    .input(appId)
    .mutation(({ ctx, input }) => deleteApp(ctx.tx, ctx.orgId, input.appId)),
  versions: orgProcedure('app.read')
    .input(appId)
    .query(({ ctx, input }) => listVersions(ctx.tx, ctx.orgId, input.appId)),
  version: orgProcedure('app.read')
    .input(z.object({ versionId: z.uuid() }))
    .query(({ ctx, input }) => getVersion(ctx.tx, ctx.orgId, input.versionId)),
  nameVersion: orgProcedure('app.write')
    .input(nameVersionInput)
    .mutation(({ ctx, input }) => nameVersion(ctx.tx, ctx.orgId, ctx.user.id, input)),
  history: orgProcedure('app.read')
    .input(editHistoryInput)
    .query(({ ctx, input }) => readEditHistory(ctx.tx, ctx.orgId, input)),
  blockReadme: orgProcedure('app.read')
    .input(z.object({ block: z.string(), language: z.enum(['en', 'zh']) }))
    .query(({ input }) => readBlockPage(input.block, input.language)),

  planDeployment: orgProcedure('app.read')
    .input(planInput)
    .query(({ ctx, input }) => planDeployment(ctx.tx, ctx.orgId, input)),
  deploy: orgProcedure('app.deploy')
    .input(deployInput)
    .mutation(({ ctx, input }) => deployApp(ctx.tx, ctx.orgId, ctx.user, input)),

  installations: orgProcedure('app.read').query(({ ctx }) => listInstallations(ctx.tx, ctx.orgId)),
  start: orgProcedure('app.control')
    .input(instanceId)
    .mutation(({ ctx, input }) => setWanted(ctx.tx, ctx.orgId, input.instanceId, 'run')),
  stop: orgProcedure('app.control')
    .input(instanceId)
    .mutation(({ ctx, input }) => setWanted(ctx.tx, ctx.orgId, input.instanceId, 'stop')),
  setShards: orgProcedure('app.deploy')
    .input(setShardsInput)
    .mutation(({ ctx, input }) => setShards(ctx.tx, ctx.orgId, ctx.user, input)),
  uninstall: orgProcedure('app.deploy')
    .input(z.object({ installationId: z.uuid() }))
    .mutation(({ ctx, input }) => uninstall(ctx.tx, ctx.orgId, input.installationId)),

  live: orgSubscription('app.read')
    .input(liveInput)
    .subscription(async function* ({ ctx, input, signal }) {
      for await (const values of liveValues(ctx.tenant, ctx.orgId, input, signal)) yield tracked(String(values.now), values);
    }),
});
