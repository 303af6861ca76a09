import { expect, test } from 'vitest';
import type { LogRow, SamplesEntry } from './contract.ts';

/** What any form of the log must do, whatever stores it. `open` gives a fresh, empty log with one control lane of organization `org`. */
export interface LogUnderTest {
  readonly controlLane: number;
  makeScanLane(): Promise<number>;
  writer(lanes: readonly number[]): Promise<{
    append(entries: readonly { lane: number; entry: SamplesEntry; seq?: number }[]): Promise<number[]>;
    last(lane: number): number;
    /** Ends the writer's session from outside, as a killed process' would end. */
    kill(): Promise<void>;
    close(): Promise<void>;
  }>;
  /** Appends a tick in a transaction that stays open until `beforeCommit` is done. */
  appendControl(due: number, beforeCommit?: () => Promise<void>): Promise<number>;
  readAfter(lane: number, cursor: number, limit?: number): Promise<LogRow[]>;
  close(): Promise<void>;
}

export const sampleOf = (value: number): SamplesEntry => ({
  kind: 'samples',
  at: 1_795_000_000_000 + value,
  origin: 'measured',
  n: 2,
  tag: Int32Array.of(1, 2),
  time: Float64Array.of(1_795_000_000_000, 1_795_000_000_000),
  value: Float64Array.of(value, -value),
});
const sleep = (ms: number) => new Promise<void>((r) => setTimeout(r, ms));

export function logSuite(open: () => Promise<LogUnderTest>): void {
  const withLog = (name: string, use: (log: LogUnderTest) => Promise<void>) =>
    test(name, async () => {
      const log = await open();
      try {
        await use(log);
      } finally {
        await log.close();
      }
    });

  withLog('what was appended is read back, in order, gapless from 1', async (log) => {
    const lane = await log.makeScanLane();
    const w = await log.writer([lane]);
    const seqs = await w.append(Array.from({ length: 40 }, (_, i) => ({ lane, entry: sampleOf(i) })));
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const rows = await log.readAfter(lane, 0, 100);
    expect(rows.map((r) => r.seq)).toEqual(seqs);
    expect(rows.map((r) => r.entry)).toStrictEqual(Array.from({ length: 40 }, (_, i) => sampleOf(i)));
    expect((await log.readAfter(lane, 38, 100)).map((r) => r.seq)).toEqual([39, 40]);
    expect((await log.readAfter(lane, 10, 5)).map((r) => r.seq)).toEqual([11, 12, 13, 14, 15]);
    await w.close();
  });

  withLog('a second writer of a lane is refused while the first lives, and goes on where a killed one stopped', async (log) => {
    const lane = await log.makeScanLane();
    const first = await log.writer([lane]);
    await first.append([{ lane, entry: sampleOf(1) }]);
    await expect(log.writer([lane])).rejects.toMatchObject({ code: 'LANE_FENCED' });
    await first.kill();
    const second = await log.writer([lane]);
    expect(second.last(lane)).toBe(1);
    await second.append([{ lane, entry: sampleOf(2) }]);
    // the first one comes back: it must not write behind the second's back
    await expect(first.append([{ lane, entry: sampleOf(3) }])).rejects.toMatchObject({ code: 'LANE_FENCED' });
    expect((await log.readAfter(lane, 0)).map((r) => (r.entry as SamplesEntry).value[0])).toEqual([1, 2]);
    await second.close();
    await first.close();
  });

  withLog('entries of a spool that the log already has are passed over, a gap is refused', async (log) => {
    const lane = await log.makeScanLane();
    const w = await log.writer([lane]);
    await w.append([1, 2].map((seq) => ({ lane, seq, entry: sampleOf(seq) })));
    await w.append([1, 2, 3].map((seq) => ({ lane, seq, entry: sampleOf(seq) })));
    expect((await log.readAfter(lane, 0)).map((r) => r.seq)).toEqual([1, 2, 3]);
    await expect(w.append([{ lane, seq: 5, entry: sampleOf(5) }])).rejects.toMatchObject({ code: 'LANE_FENCED' });
    await w.close();
  });

  withLog('two appenders of the control lane, one of which sleeps before its commit: a reader misses nothing', async (log) => {
    const seen: number[] = [];
    let done = false;
    const reader = (async () => {
      let cursor = 0;
      while (!done || seen.length < 21) {
        for (const row of await log.readAfter(log.controlLane, cursor)) {
          expect(row.seq).toBe(cursor + 1);
          cursor = row.seq;
          if (row.entry.kind === 'control' && row.entry.event.type === 'tick') seen.push(row.entry.event.due);
        }
        await sleep(1);
      }
    })();
    await log.appendControl(0);
    const slow = log.appendControl(1, () => sleep(300));
    await sleep(50);
    const fast: Promise<number>[] = [];
    for (let i = 2; i <= 20; i++) fast.push(log.appendControl(i));
    await Promise.all([slow, ...fast]);
    done = true;
    await reader;
    expect(seen.slice(0, 2)).toEqual([0, 1]);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i));
  });

  withLog('an appender that rolls back leaves no gap', async (log) => {
    await log.appendControl(0);
    await expect(
      log.appendControl(1, async () => {
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await log.appendControl(2);
    expect((await log.readAfter(log.controlLane, 0)).map((r) => r.seq)).toEqual([1, 2]);
  });
}
