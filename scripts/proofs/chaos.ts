import { BLOWS, proveChaos } from '#runtime/worker/proof/chaos/chaos.ts';

const seed = Number(process.argv[2]);
// 100 messages of 50 samples a second; CHAOS_SECONDS is for a look while building
const seconds = Number(process.env.CHAOS_SECONDS ?? 300);
const report = await proveChaos({
  ...{ seconds, seed, workers: 2, instances: 8, fields: 50, everyMs: 4_000, resplits: 3 },
  blows: BLOWS,
});
console.log(JSON.stringify(report));
process.exit(0);
