import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnavailableError } from '#runtime/log/connection.ts';
import { type Notifier, openNotifier } from '#runtime/log/notify.ts';
import { LaneFencedError, openScanWriter, type ScanAppend, type ScanWriter } from '#runtime/log/scan-writer.ts';
import { env } from '../env.ts';
import { restFailed } from './errors.ts';

/**
 * The writer of pushed samples of this process. A lane has one fenced writer: with several web processes each holds a lane only while it
 * appends, and waits for its turn.
 */
interface Held {
  readonly writer: ScanWriter;
  readonly notifier: Notifier;
}
const held = globalThis as typeof globalThis & { millwrightPush?: Promise<Held>; millwrightPushTurn?: Promise<unknown> };

/** Other web processes finish an append in milliseconds; past this something else holds the lane. */
const PATIENCE_MS = 4_000;

/** Appends all entries, synchronously committed. Throws `api.log-busy` when it could not, or not all. */
export async function appendPushed(entries: readonly ScanAppend[]): Promise<void> {
  const turn = (held.millwrightPushTurn ?? Promise.resolve()).then(() => append(entries));
  held.millwrightPushTurn = turn.catch(() => {});
  return turn;
}

async function append(entries: readonly ScanAppend[]): Promise<void> {
  const lanes = [...new Set(entries.map((one) => one.lane))].sort((a, b) => a - b);
  const { writer, notifier } = await open();
  try {
    for (const lane of lanes) await holdSoon(writer, lane);
    await writer.append(entries);
    notifier.lanes(lanes);
  } catch (error) {
    if (error instanceof LogUnavailableError || error instanceof LaneFencedError) throw restFailed('api.log-busy');
    throw error;
  } finally {
    for (const lane of lanes) await writer.release(lane);
  }
}

async function holdSoon(writer: ScanWriter, lane: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await writer.hold(lane);
      return;
    } catch (error) {
      if (!(error instanceof LaneFencedError) || Date.now() > until) throw error;
      await sleep(20);
    }
  }
}

function open(): Promise<Held> {
  const url = env().DATABASE_URL;
  held.millwrightPush ??= openScanWriter(url, [], { name: 'web push' }).then(
    (writer) => ({ writer, notifier: openNotifier(url, { name: 'web push notify' }) }),
    (error: unknown) => {
      delete held.millwrightPush;
      throw error instanceof LogUnavailableError ? restFailed('api.log-busy') : error;
    },
  );
  return held.millwrightPush;
}

/** For tests and a clean stop. */
export async function closePushWriter(): Promise<void> {
  const open = await held.millwrightPush;
  delete held.millwrightPush;
  await open?.writer.close();
  await open?.notifier.close();
}
