import { publicProcedure, router } from '../trpc.ts';
import { readMe } from './read-me.ts';

export const organizationRouter = router({
  me: publicProcedure.query(({ ctx }) => readMe(ctx)),
});
