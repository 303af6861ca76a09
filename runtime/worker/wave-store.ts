import type { Waves } from '#runtime/step/build-input.ts';
import type { ReplayTools } from './replay-graph.ts';
import { fetchWaves } from './waves.ts';

/** Waves of one run, and how many of those that it named are no longer kept. */
export interface WaveStore {
  fetch(hashes: readonly string[]): Promise<Waves>;
  readonly gone: number;
}

export function openWaveStore({ db, blobs }: Pick<ReplayTools, 'db' | 'blobs'>, orgId: string): WaveStore {
  const gone = new Set<string>();
  return {
    async fetch(hashes) {
      const waves = await fetchWaves(db, blobs, orgId, hashes);
      for (const hash of hashes) if (!waves.has(hash)) gone.add(hash);
      return waves;
    },
    get gone() {
      return gone.size;
    },
  };
}
