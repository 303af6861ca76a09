/** `BAD_DAY='disk full'` or `'clock set back'`: one of them, for a look while building. */
import { clockBack } from '#runtime/worker/proof/bad-days/clock-back.ts';
import { diskFull } from '#runtime/worker/proof/bad-days/disk-full.ts';
import { Told } from '#runtime/worker/proof/bad-days/told.ts';
import { proveChaos } from '#runtime/worker/proof/chaos/chaos.ts';

const seed = Number(process.argv[2]);
const only = process.env.BAD_DAY;
const days = [];
for (const [day, open] of Object.entries({ 'disk full': diskFull, 'clock set back': clockBack })) {
  if (only && only !== day) continue;
  const told = new Told();
  const report = await proveChaos({
    ...{ seconds: 0, seed, workers: 2, instances: 4, fields: 50, everyMs: 2_000, resplits: 1, blows: [] },
    day: await open(told),
  });
  days.push({ day, told: [...told.said.values()].flatMap((said) => [...said]), ...report });
}
console.log(JSON.stringify({ wrong: days.flatMap((d) => d.wrong.map((one) => `${d.day}: ${one}`)), days }));
process.exit(0);
