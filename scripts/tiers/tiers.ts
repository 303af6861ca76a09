import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, script, tell, tool } from './command.ts';
import { staleFiles } from './fresh.ts';
import { runJourneys } from './journeys.ts';
import type { Peers } from './peers.ts';
import { runVitest } from './vitest.ts';

/** What a tier found. A static check counts as one. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}
export interface TierOptions {
  write: boolean;
  strict: boolean;
  peers: Peers | undefined;
}
export interface Tier {
  name: string;
  title: string;
  needsPeers?: boolean;
  run: (options: TierOptions) => Promise<Count>;
}

export const check = (...good: boolean[]): Count => ({
  passed: good.filter((one) => one).length,
  failed: good.filter((one) => !one).length,
  skipped: 0,
});
const biome = (...args: string[]) => tool('@biomejs/biome/bin/biome', ...args);
const succeeds = async (command: string[]) => (await run(command)) === 0;

export const tiers: readonly Tier[] = [
  {
    name: 'format',
    title: 'Biome formatting (npm run format -- --write repairs)',
    run: async ({ write }) => check(await succeeds(biome('format', ...(write ? ['--write'] : []), '--max-diagnostics=40'))),
  },
  {
    name: 'lint',
    title: 'Biome rules, and who may import what',
    run: async ({ write }) =>
      check(
        await succeeds(biome('lint', ...(write ? ['--write'] : []), '--max-diagnostics=40', '--error-on-warnings')),
        await succeeds(script('scripts/imports/check.ts', ...(write ? ['--write'] : []))),
        await succeeds(script('scripts/names/check.ts')),
      ),
  },
  {
    name: 'types',
    title: 'TypeScript, strict',
    run: async () => {
      if (existsSync(join(root, 'app'))) await run(tool('next/dist/bin/next', 'typegen'), { NEXT_TELEMETRY_DISABLED: '1' });
      return check(await succeeds(tool('typescript/bin/tsc', '--noEmit')));
    },
  },
  {
    name: 'fresh',
    title: 'Generated files are what their sources say',
    run: async () => {
      const results = await staleFiles();
      for (const { file, command } of results.stale) tell(`${file} is stale; run ${command}`);
      return { passed: results.fresh, failed: results.stale.length, skipped: 0 };
    },
  },
  { name: 'unit', title: 'Vitest, no server', run: () => runVitest('unit') },
  {
    name: 'integration',
    title: 'Vitest with PostgreSQL, isolates and protocol peers',
    needsPeers: true,
    run: ({ peers }) => runVitest('integration', peers?.env),
  },
  {
    name: 'e2e',
    title: 'Playwright: the journeys in a real browser against the started product',
    needsPeers: true,
    run: async ({ peers }) => {
      const journeys = globSync('e2e/journeys/**/*.spec.ts', { cwd: root }).length;
      if (!peers?.env.MILLWRIGHT_CHROMIUM) {
        tell(
          `No browser: ${peers?.missing.join(', ')} could not be installed. Set MILLWRIGHT_CHROMIUM to a Chromium to run the journeys.`,
        );
        return { passed: 0, failed: 0, skipped: Math.max(journeys, 1) };
      }
      return journeys > 0 ? runJourneys(peers.env) : { passed: 0, failed: 0, skipped: 0 };
    },
  },
];
