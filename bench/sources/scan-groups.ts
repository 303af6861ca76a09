// A gateway's way into the log without a protocol before it: scan groups that are packed and pushed on time, through the pump, its one writer and its spool.
import { join } from 'node:path';
import { Pump } from '#runtime/gateway/pump.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';

export interface ScanGroups {
  readonly url: string;
  readonly dataFolder: string;
  readonly lanes: readonly { readonly id: number; readonly tags: readonly number[] }[];
}
/** To this process: what there is, then how often each group is scanned (0 = stop). From it: entries pushed so far, and those whose append was answered. */
export type ToSource = { readonly groups: ScanGroups } | { readonly periodMs: number };
export interface FromSource {
  readonly pushed: number;
  readonly appended: number;
  readonly waiting: number;
}

let groups: ScanGroups | undefined;
let periodMs = 0;
let pushed = 0;
let appended = 0;
let pumps: Pump[] = [];
/** Connections that share the writer, as those of one gateway do. */
const CONNECTIONS = 3;

async function open({ url, dataFolder, lanes }: ScanGroups): Promise<void> {
  const writer = await openScanWriter(url, [], { name: 'bench gateway' });
  const notifier = openNotifier(url, { name: 'bench notify' });
  pumps = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) =>
      Pump.open({
        folder: join(dataFolder, 'spool', `bench${i}`),
        writer: async () => writer,
        hold: async (on, lane) => void (await on.hold(lane)),
        appended: (told) => notifier.lanes(told),
        lost: () => {
          throw new Error('samples were given up');
        },
        fenced: (error) => {
          throw error;
        },
      }),
    ),
  );
  groups = { url, dataFolder, lanes };
  process.send?.({ pushed, appended, waiting: 0 });
}

process.on('message', (message: ToSource) => {
  if ('groups' in message) void open(message.groups);
  else {
    periodMs = message.periodMs;
    begun = performance.now();
    turn.clear();
  }
});
process.on('disconnect', () => process.exit(0));

let begun = 0;
/** How often each group was scanned since the period was set; groups are spread over the period, as scans of many devices are. */
const turn = new Map<number, number>();
setInterval(() => {
  const { lanes } = groups ?? { lanes: [] };
  if (periodMs === 0) return;
  const now = performance.now();
  for (const [i, { id, tags }] of lanes.entries())
    for (let n = turn.get(id) ?? 0; begun + (n + i / lanes.length) * periodMs <= now; turn.set(id, ++n)) {
      // the time at which it was due: what this process is late counts
      const time = performance.timeOrigin + begun + (n + i / lanes.length) * periodMs;
      const value = Float64Array.from(tags, (tag) => Math.round(1000 * Math.sin(n / 50 + tag)) / 10);
      const entry = {
        kind: 'samples' as const,
        at: time,
        origin: 'measured' as const,
        n: tags.length,
        tag: Int32Array.from(tags),
        time: new Float64Array(tags.length).fill(time),
        value,
      };
      pushed++;
      pumps[i % pumps.length]?.push(id, entry, false).then(() => appended++);
    }
}, 2);
setInterval(() => process.send?.({ pushed, appended, waiting: pumps.reduce((sum, p) => sum + p.waiting, 0) }), 250);
