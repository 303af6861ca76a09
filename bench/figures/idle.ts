import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMPILE_CACHE } from '#runtime/supervisor/node-options.ts';
import type { Figure, FigureSet } from '../figure.ts';
import { usageOf } from '../process-tree.ts';
import { productFolder, startProduct } from '../product.ts';

/** After the start the first minutes fill history and warm caches; that is work, not idling. */
const SETTLE_MS = 90_000;
const WATCH_MS = 60_000;
const EVERY_MS = 5_000;

/** What the whole product takes while the demo factory runs and nobody looks: the sum over the supervisor's process tree. */
const idle: FigureSet = {
  name: 'idle',
  async run() {
    using data = productFolder();
    const compiled = existsSync(COMPILE_CACHE) ? 'modules compiled by an earlier start' : 'very first start';
    const product = await startProduct(data.folder);
    try {
      await sleep(SETTLE_MS);
      const before = usageOf(product.pid);
      const begun = performance.now();
      const seen = [before];
      while (performance.now() - begun < WATCH_MS) {
        await sleep(EVERY_MS);
        seen.push(usageOf(product.pid));
      }
      const after = seen.at(-1) ?? before;
      const elapsed = (performance.now() - begun) / 1_000;
      const most = (of: 'rss' | 'pss') => Math.max(...seen.map(({ total }) => total[of]));
      const cores = (now: number, then: number) => Math.max(0, ((now - then) / elapsed) * 100);
      const parts = [...after.byName]
        .map(
          ([name, { pss, cpu }]) => `${name} ${pss.toFixed(0)} MiB ${cores(cpu, before.byName.get(name)?.cpu ?? 0).toFixed(1)} %`,
        )
        .join(', ');
      const conditions = `demo plant running, ${compiled}, ${SETTLE_MS / 1_000} s after the start, for ${WATCH_MS / 1_000} s, ${after.total.processes} processes`;
      const figures: Figure[] = [
        {
          name: 'idle: memory, shared pages once (PSS)',
          value: most('pss'),
          unit: 'MiB',
          conditions: `${conditions}, highest of ${seen.length} looks; at the end ${parts}`,
          goal: { atMost: 1_536 },
        },
        { name: 'idle: memory, every page of every process (RSS)', value: most('rss'), unit: 'MiB', conditions },
        {
          name: 'idle: CPU',
          value: cores(after.total.cpu, before.total.cpu),
          unit: '% of a core',
          conditions,
          goal: { atMost: 25 },
        },
      ];
      return figures;
    } finally {
      await product.stop();
    }
  },
};
export default idle;
