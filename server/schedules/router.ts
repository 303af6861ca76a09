import { orgProcedure, router } from '../trpc.ts';
import { listSchedules, schedulesInput } from './list-schedules.ts';
import {
  calendarInput,
  listCalendars,
  readCalendar,
  removeCalendar,
  saveCalendar,
  saveCalendarInput,
} from './manage-calendars.ts';

export const schedulesRouter = router({
  list: orgProcedure('app.read')
    .input(schedulesInput)
    .query(({ ctx, input }) => listSchedules(ctx.tx, ctx.orgId, input)),
  calendars: orgProcedure('plant.read').query(({ ctx }) => listCalendars(ctx.tx, ctx.orgId)),
  calendar: orgProcedure('plant.read')
    .input(calendarInput)
    .query(({ ctx, input }) => readCalendar(ctx.tx, ctx.orgId, input)),
  saveCalendar: orgProcedure('plant.write')
    .input(saveCalendarInput)
    .mutation(({ ctx, input }) => saveCalendar(ctx, input)),
  removeCalendar: orgProcedure('plant.write')
    .input(calendarInput)
    .mutation(({ ctx, input }) => removeCalendar(ctx, input)),
});
