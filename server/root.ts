import { organizationRouter } from './organization/router.ts';
import { createCallerFactory, router } from './trpc.ts';

/** Every feature's procedures under its name. A new feature is one import and one line. */
export const appRouter = router({
  organization: organizationRouter,
});
export type AppRouter = typeof appRouter;
export const createCaller = createCallerFactory(appRouter);
