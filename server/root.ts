import { alarmsRouter } from './alarms/router.ts';
import { appsRouter } from './apps/router.ts';
import { auditRouter } from './audit/router.ts';
import { channelsRouter } from './channels/router.ts';
import { effectsRouter } from './effects/router.ts';
import { firstRunRouter } from './first-run/router.ts';
import { healthRouter } from './health/router.ts';
import { historyRouter } from './history/router.ts';
import { keysRouter } from './keys/router.ts';
import { marketRouter } from './market/router.ts';
import { membersRouter } from './members/router.ts';
import { operateRouter } from './operate/router.ts';
import { organizationRouter } from './organization/router.ts';
import { plantRouter } from './plant/router.ts';
import { publishRouter } from './publish/router.ts';
import { recordsRouter } from './records/router.ts';
import { reviewRouter } from './review/router.ts';
import { pinsRouter } from './runs/pins-router.ts';
import { runsRouter } from './runs/router.ts';
import { schedulesRouter } from './schedules/router.ts';
import { sourcesRouter } from './sources/router.ts';
import { traceRouter } from './trace/router.ts';
import { createCallerFactory, router } from './trpc.ts';

/** Every feature's procedures under its name. A new feature is one import and one line. */
export const appRouter = router({
  alarms: alarmsRouter,
  apps: appsRouter,
  audit: auditRouter,
  channels: channelsRouter,
  effects: effectsRouter,
  firstRun: firstRunRouter,
  health: healthRouter,
  history: historyRouter,
  keys: keysRouter,
  market: marketRouter,
  members: membersRouter,
  operate: operateRouter,
  organization: organizationRouter,
  pins: pinsRouter,
  plant: plantRouter,
  records: recordsRouter,
  runs: runsRouter,
  schedules: schedulesRouter,
  sources: sourcesRouter,
  publish: publishRouter,
  review: reviewRouter,
  trace: traceRouter,
});
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
