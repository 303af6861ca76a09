import { publicProcedure, router } from '../trpc.ts';
import { setUpPlatform, setUpPlatformInput } from './set-up-platform.ts';

export const firstRunRouter = router({
  setUp: publicProcedure.input(setUpPlatformInput).mutation(({ input }) => setUpPlatform(input)),
});
