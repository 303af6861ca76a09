/** From the moment at which a sample is due to where a reader sees the committed output, at a steady load. */
import type { Figure } from '../figure.ts';
import { openScanPlant } from '../scan-plant.ts';

const APPS = 10;
const TAGS_AN_APP = 100;
const RATE = 10_000;
/** A loop that runs ten times a second is optimized after some 15 and 30 s. */
const WARM_S = 45;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);

export default {
  name: 'latency',
  async run(): Promise<Figure[]> {
    await using plant = await openScanPlant({ apps: APPS, tagsAnApp: TAGS_AN_APP, tagsALane: TAGS_AN_APP });
    // V8 makes the programs' code twice in this time, the last time for good: every loop of every app at the same step, as they have run alike
    const first = await plant.hold(RATE, WARM_S);
    const { late, cores, records } = await plant.hold(RATE, SECONDS);
    await plant.drain(false);
    const conditions = `${Math.round(records).toLocaleString('en')} samples/s, ${APPS * TAGS_AN_APP} tags in ${APPS} scan groups every 100 ms, ${APPS} apps that smooth each tag, ${SECONDS} s; the gateway's pump, worker, historian and database as processes of one machine, synchronous commits; cores ${cores}`;
    const name = (q: string) => `sample to committed output at 10,000 samples/s, ${q}`;
    return [
      { name: name('p50'), value: late.p50, unit: 'ms', conditions },
      { name: name('p90'), value: late.p90, unit: 'ms', conditions },
      { name: name('p99'), value: late.p99, unit: 'ms', conditions, goal: { atMost: 60 } },
      {
        name: name(`p99 of the first ${WARM_S} s`),
        value: first.late.p99,
        unit: 'ms',
        conditions: 'just started: the time in which V8 compiles the loops of all apps is in it',
      },
    ];
  },
};
