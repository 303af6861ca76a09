import { z } from 'zod';
import { RECORD_KIND_NAMES } from '#runtime/records/kinds.ts';
import { orgLongProcedure, orgProcedure, router } from '../trpc.ts';
import { changeRecord, changeRecordInput } from './change-record.ts';
import { describeKinds } from './describe-kinds.ts';
import { applyImport, applyImportInput, importTemplate, previewImport, previewImportInput } from './import-records.ts';
import { countRecords, listRecords, listRecordsInput } from './list-records.ts';
import { listVersions, readRecord, recordInput } from './read-record.ts';
import { traceRecord, traceRecordInput } from './trace-record.ts';
import { uploadDocument, uploadDocumentInput } from './upload-document.ts';

export const recordsRouter = router({
  kinds: orgProcedure('record.read').query(({ ctx }) => describeKinds(ctx.roles)),
  counts: orgProcedure('record.read').query(({ ctx }) => countRecords(ctx.tx, ctx.orgId)),
  list: orgProcedure('record.read')
    .input(listRecordsInput)
    .query(({ ctx, input }) => listRecords(ctx.tx, ctx.orgId, input)),
  read: orgProcedure('record.read')
    .input(recordInput)
    .query(({ ctx, input }) => readRecord(ctx.tx, ctx.orgId, input, ctx.roles)),
  versions: orgProcedure('record.read')
    .input(recordInput)
    .query(({ ctx, input }) => listVersions(ctx.tx, ctx.orgId, input)),
  trace: orgProcedure('record.read')
    .input(traceRecordInput)
    .query(({ ctx, input }) => traceRecord(ctx.tx, ctx.orgId, input)),
  // what a person may do goes by the kind and the transition: checked within
  change: orgLongProcedure('record.read')
    .input(changeRecordInput)
    .mutation(({ ctx, input }) => changeRecord(ctx, input)),
  upload: orgLongProcedure('record.read')
    .input(uploadDocumentInput)
    .mutation(({ ctx, input }) => uploadDocument(ctx, input)),
  template: orgProcedure('record.read')
    .input(z.object({ kind: z.enum(RECORD_KIND_NAMES) }))
    .query(({ input }) => importTemplate(input)),
  previewImport: orgLongProcedure('record.read')
    .input(previewImportInput)
    .mutation(({ ctx, input }) => previewImport(ctx, input)),
  applyImport: orgLongProcedure('record.read')
    .input(applyImportInput)
    .mutation(({ ctx, input }) => applyImport(ctx, input)),
});
