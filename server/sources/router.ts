import { orgLongProcedure, orgProcedure, orgSubscription, router } from '../trpc.ts';
import { addTags, addTagsInput } from './add-tags.ts';
import { askConnection, askConnectionInput } from './ask-connection.ts';
import {
  certificatesInput,
  decideCertificate,
  decideCertificateInput,
  listCertificates,
  listConnections,
  listConnectors,
  liveConnections,
} from './list-connections.ts';
import {
  deleteConnection,
  deleteConnectionInput,
  saveConnection,
  saveConnectionInput,
  setEnabled,
  setEnabledInput,
} from './save-connection.ts';

export const sourcesRouter = router({
  connectors: orgProcedure('source.read').query(() => listConnectors()),
  list: orgProcedure('source.read').query(({ ctx }) => listConnections(ctx.tx, ctx.orgId)),
  live: orgSubscription('source.read').subscription(({ ctx, signal }) => liveConnections(ctx.tenant, ctx.orgId, signal)),
  save: orgProcedure('source.write')
    .input(saveConnectionInput)
    .mutation(({ ctx, input }) => saveConnection(ctx.tx, ctx, input)),
  setEnabled: orgProcedure('source.write')
    .input(setEnabledInput)
    .mutation(({ ctx, input }) => setEnabled(ctx.tx, ctx, input)),
  delete: orgProcedure('source.write')
    .input(deleteConnectionInput)
    .mutation(({ ctx, input }) => deleteConnection(ctx.tx, ctx, input)),
  ask: orgLongProcedure('source.write')
    .input(askConnectionInput)
    .mutation(({ ctx, input, signal }) => askConnection(ctx.tenant, ctx.orgId, input, signal)),
  addTags: orgProcedure('plant.write')
    .input(addTagsInput)
    .mutation(({ ctx, input }) => addTags(ctx.tx, ctx, input)),
  certificates: orgProcedure('source.read')
    .input(certificatesInput)
    .query(({ ctx, input }) => listCertificates(ctx.tx, ctx.orgId, input)),
  decideCertificate: orgProcedure('source.trust')
    .input(decideCertificateInput)
    .mutation(({ ctx, input }) => decideCertificate(ctx.tx, ctx, input)),
});
