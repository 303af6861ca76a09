import { publicProcedure, router } from '../trpc.ts';
import { readHealth } from './read-health.ts';

export const healthRouter = router({ read: publicProcedure.query(() => readHealth()) });
