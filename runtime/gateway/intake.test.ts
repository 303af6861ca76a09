import pino from 'pino';
import { expect, test } from 'vitest';
import type { Db } from '#drizzle/client.ts';
import type { TagRow } from '#runtime/samples/scale.ts';
import { Intake } from './intake.ts';
import type { Pump } from './pump.ts';
import type { Tags } from './tags.ts';

/** A log that answers when it is told to. */
function slowLog() {
  const asked: { lane: number; done: PromiseWithResolvers<void> }[] = [];
  const pump = {
    push: (lane: number) => {
      const done = Promise.withResolvers<void>();
      asked.push({ lane, done });
      return done.promise;
    },
    tail: async () => [],
  };
  return { asked, pump: pump as unknown as Pump };
}
const row = { id: 1, laneId: 7, type: 'number', unit: null, samplePeriodMs: 100 } as unknown as TagRow;

function intake(pump: Pump): Intake {
  const tags = { get: () => ({ row, at: 0 }) } as unknown as Tags;
  const db = undefined as unknown as Db;
  const blobs = { put: async () => '', get: never };
  return new Intake({ orgId: 'o', origin: 'measured', tags, pump, db, blobs, log: pino({ level: 'silent' }) });
}
const never = async () => {
  throw new Error('not here');
};
const sample = [{ tagId: 1, time: 1, value: 5, quality: 0 }];
const after = (ms: number) => new Promise((done) => setTimeout(done, ms));
const settled = async (promise: Promise<unknown>) => {
  const end = await Promise.race([
    promise.then(
      () => 'done',
      () => 'refused',
    ),
    after(30).then(() => 'open'),
  ]);
  return end;
};

test('a message that comes again while its first copy is on its way to the log is acknowledged when that arrived, and not sent twice', async () => {
  const { asked, pump } = slowLog();
  const one = intake(pump);
  const first = one.take(sample, { resendable: true, message: { print: 9n, again: false } });
  first.catch(() => {});
  await after(30);
  const again = one.take(sample, { resendable: true, message: { print: 9n, again: true } });
  expect(await settled(again)).toBe('open');
  expect(asked.length).toBe(1);
  asked[0]?.done.resolve();
  expect(await settled(again)).toBe('done');
  expect(await settled(first)).toBe('done');
});

test('one whose first copy was given up is not acknowledged; the next copy is taken', async () => {
  const { asked, pump } = slowLog();
  const one = intake(pump);
  const first = one.take(sample, { resendable: true, message: { print: 9n, again: false } });
  first.catch(() => {});
  await after(30);
  const again = one.take(sample, { resendable: true, message: { print: 9n, again: true } });
  again.catch(() => {});
  await after(10);
  asked[0]?.done.reject(new Error('the lane is another process’s'));
  expect(await settled(again)).toBe('refused');
  const third = one.take(sample, { resendable: true, message: { print: 9n, again: true } });
  await after(30);
  expect(asked.length).toBe(2);
  asked[1]?.done.resolve();
  expect(await settled(third)).toBe('done');
});
