import { orgProcedure, orgSubscription, router } from '../trpc.ts';
import { acknowledgeAlarms, acknowledgeInput, shelveAlarm, shelveInput, unshelveAlarm, unshelveInput } from './act-on-alarms.ts';
import { markRead, markReadInput, readInbox } from './inbox.ts';
import { journalInput, listAlarms, readAlarmRate, readJournal } from './list-alarms.ts';
import { liveAlarms } from './live-alarms.ts';

export const alarmsRouter = router({
  list: orgProcedure('alarm.read').query(({ ctx }) => listAlarms(ctx.tx, ctx.orgId)),
  journal: orgProcedure('alarm.read')
    .input(journalInput)
    .query(({ ctx, input }) => readJournal(ctx.tx, ctx.orgId, input)),
  rate: orgProcedure('alarm.read').query(({ ctx }) => readAlarmRate(ctx.tx, ctx.orgId)),
  acknowledge: orgProcedure('alarm.acknowledge')
    .input(acknowledgeInput)
    .mutation(({ ctx, input }) => acknowledgeAlarms(ctx.tx, ctx, input)),
  shelve: orgProcedure('alarm.shelve')
    .input(shelveInput)
    .mutation(({ ctx, input }) => shelveAlarm(ctx.tx, ctx, input)),
  unshelve: orgProcedure('alarm.shelve')
    .input(unshelveInput)
    .mutation(({ ctx, input }) => unshelveAlarm(ctx.tx, ctx, input)),
  inbox: orgProcedure('org.read').query(({ ctx }) => readInbox(ctx.tx, ctx.orgId, ctx.user.id)),
  markRead: orgProcedure('org.read')
    .input(markReadInput)
    .mutation(({ ctx, input }) => markRead(ctx.tx, ctx.orgId, ctx.user.id, input)),
  live: orgSubscription('alarm.read').subscription(({ ctx, signal }) => liveAlarms(ctx.tenant, ctx.orgId, ctx.user.id, signal)),
});
