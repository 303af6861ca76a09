/** A whole plant's load for minutes: gateway append, log, steps of 50 apps, committed outputs, history; then how much more there is room for. */
import type { Figure } from '../figure.ts';
import { openScanPlant } from '../scan-plant.ts';

const APPS = 50;
const TAGS_AN_APP = 300;
const TAGS_A_LANE = 500;
const RATE = Number(process.env.BENCH_RATE ?? 150_000);
/** The goal's five minutes; shorter for a look. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 300);
/** Each higher rate is held this long; it counts when nothing piles up. */
const STEP_S = 20;
const STEPS = [200_000, 250_000, 300_000, 400_000, 500_000];
/** So much may be on its way at any time. */
const ON_ITS_WAY_S = 2;

export default {
  name: 'sustained',
  async run(): Promise<Figure[]> {
    await using plant = await openScanPlant({ apps: APPS, tagsAnApp: TAGS_AN_APP, tagsALane: TAGS_A_LANE });
    await plant.hold(RATE / 2, 10);
    const held = await plant.hold(RATE, SECONDS);
    const reached = held.most <= ON_ITS_WAY_S;
    let highest = reached ? held.records : 0;
    let limit = 'no rate was too high';
    for (const rate of reached ? STEPS.filter((one) => one > RATE) : []) {
      const more = await plant.hold(rate, STEP_S);
      if (more.most > ON_ITS_WAY_S || more.records < 0.98 * rate) {
        limit = `at ${rate.toLocaleString('en')}/s ${more.most.toFixed(1)} s piled up; cores ${more.cores}`;
        break;
      }
      highest = more.records;
    }
    await plant.drain(true);
    const tags = APPS * TAGS_AN_APP;
    const conditions = `${tags.toLocaleString('en')} tags in ${tags / TAGS_A_LANE} scan groups every ${(tags / RATE) * 1_000} ms, ${APPS} apps of ${TAGS_AN_APP} tags that smooth each and put every tenth out; the gateway's pump, worker, historian and embedded database as processes of one machine, synchronous commits, ${SECONDS} s, all of it in the history at the end; cores ${held.cores}`;
    const beside = 'of the same run';
    return [
      {
        name: 'sustained: records from append to committed output',
        // a rate at which work piles up is not sustained
        value: reached ? held.records : 0,
        unit: '1/s',
        conditions,
        goal: { atLeast: 0.99 * RATE },
      },
      {
        name: 'sustained: most that was on its way',
        value: held.most,
        unit: 's',
        conditions: beside,
        goal: { atMost: ON_ITS_WAY_S },
      },
      { name: 'sustained: sample to committed output, p50', value: held.late.p50, unit: 'ms', conditions: beside },
      {
        name: 'sustained: sample to committed output, p99',
        value: held.late.p99,
        unit: 'ms',
        conditions: beside,
        goal: { atMost: 250 },
      },
      { name: 'sustained: history behind at the end', value: held.history, unit: 's', conditions: beside },
      {
        name: `sustained: highest rate held for ${STEP_S} s`,
        value: highest,
        unit: '1/s',
        conditions: `the same, faster; ${limit}`,
      },
    ];
  },
};
