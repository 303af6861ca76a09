import type { Figure, FigureSet } from '../figure.ts';
import { productFolder, startProduct } from '../product.ts';

/** From the command to the address on the screen: on an empty data folder, and later on the same one. */
const startUp: FigureSet = {
  name: 'start-up',
  async run() {
    using data = productFolder();
    const first = await startProduct(data.folder);
    const stop = performance.now();
    await first.stop();
    const stopped = (performance.now() - stop) / 1_000;
    const later = await startProduct(data.folder);
    await later.stop();
    const stages = (times: Map<string, number>) => [...times].map(([name, time]) => `${name} ${time} s`).join(', ');
    const build = [...first.stages].find(([name]) => name.startsWith('Web build'));
    const figures: Figure[] = [
      {
        name: 'start-up: first, empty data folder',
        value: first.seconds,
        unit: 's',
        conditions: stages(first.stages),
        goal: { atMost: 300 },
      },
      ...(build ? [{ name: 'start-up: web build', value: build[1], unit: 's', conditions: 'within the first start' }] : []),
      { name: 'start-up: later', value: later.seconds, unit: 's', conditions: stages(later.stages), goal: { atMost: 15 } },
      { name: 'stop: SIGTERM to the end', value: stopped, unit: 's', conditions: 'all processes, after the first start' },
    ];
    return figures;
  },
};
export default startUp;
