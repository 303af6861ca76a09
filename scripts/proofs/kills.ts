import { proveKills } from '#runtime/worker/proof/kills.ts';

const seed = Number(process.argv[2]);
const report = await proveKills({ seconds: 45, seed, workers: 2, instances: 6, everyMs: 1_500, resplits: 5, freeze: true });
console.log(JSON.stringify(report));
process.exit(0);
