import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ORIGINS } from '#runtime/batch/schema.ts';
import type { OutputsEntry, SamplesEntry } from './contract.ts';
import { LogFormatError, pack, recordsOf, unpack } from './entry.ts';

const samples = (over: Partial<SamplesEntry> = {}): SamplesEntry => ({
  kind: 'samples',
  at: 1_795_000_000_123,
  origin: 'measured',
  n: 3,
  tag: Int32Array.of(7, 8, 2_147_483_647),
  time: Float64Array.of(1_795_000_000_000, 1_795_000_000_000, 1_795_000_000_000),
  value: Float64Array.of(1.5, Number.NaN, -0),
  ...over,
});
const same = (entry: SamplesEntry | OutputsEntry) => {
  expect(unpack(pack(entry))).toStrictEqual(entry);
};

test('samples come back exactly: NaN, minus zero, one time for all', () => {
  same(samples());
  const back = unpack(pack(samples())) as SamplesEntry;
  expect(Object.is(back.value[2], -0)).toBe(true);
});

test('times: millisecond offsets, fractions, and farther apart than 2^31 ms', () => {
  const t = 1_795_000_000_000;
  same(samples({ time: Float64Array.of(t, t + 5, t - 5) }));
  same(samples({ time: Float64Array.of(t, t + 0.25, t + 0.5) }));
  same(samples({ time: Float64Array.of(t, t + 2 ** 31, t - 2 ** 33) }));
  same(samples({ time: Float64Array.of(t, t + 1, t + 2 ** 40) }));
});

test('quality, text and wave references', () => {
  same(
    samples({
      quality: Uint8Array.of(0, 0x46, 0x80),
      other: { 0: { text: '运行 \ud83d\ude00' }, 1: { wave: { t0: 1.5, rate: 48_000, n: 48_000, blob: 'ab'.repeat(32) } } },
    }),
  );
});

test('when its rows were received, beside any other column', () => {
  same(samples({ received: 1_795_000_000_000.25 }));
  same(
    samples({
      received: 1,
      messages: BigUint64Array.of(7n),
      quality: Uint8Array.of(0, 0x46, 0x80),
      other: { 0: { text: '运行' } },
    }),
  );
});

test('prints of messages, beside any other column', () => {
  const messages = BigUint64Array.of(1n, 2n ** 64n - 1n);
  same(samples({ messages }));
  same(samples({ messages, quality: Uint8Array.of(0, 0x46, 0x80), other: { 0: { text: '运行' } } }));
});

test('any samples come back exactly', () => {
  const entry = fc.integer({ min: 0, max: 50 }).chain((n) =>
    fc.record(
      {
        kind: fc.constant('samples' as const),
        at: fc.double({ noNaN: true }),
        origin: fc.constantFrom(...ORIGINS),
        n: fc.constant(n),
        tag: fc.int32Array({ minLength: n, maxLength: n }),
        time: fc.array(fc.oneof(fc.integer(), fc.double()), { minLength: n, maxLength: n }).map((a) => Float64Array.from(a)),
        value: fc.float64Array({ minLength: n, maxLength: n }),
        quality: fc.uint8Array({ minLength: n, maxLength: n }),
      },
      { noNullPrototype: true },
    ),
  );
  fc.assert(fc.property(entry, same), { numRuns: 500 });
});

test('a packed entry is read from any place in memory', () => {
  const b = pack(samples());
  const shifted = new Uint8Array(b.length + 3);
  shifted.set(b, 3);
  expect(unpack(shifted.subarray(3))).toStrictEqual(samples());
});

test('control events and outputs, frames and waves included', () => {
  const event = {
    type: 'form',
    instanceId: 'i',
    form: 'setpoint',
    key: 'C-101',
    values: { value: 7.25, note: '好' },
    by: 'u',
  } as const;
  const control = { kind: 'control', at: 12.5, event } as const;
  expect(unpack(pack(control))).toStrictEqual(control);
  expect(unpack(pack(control), 99)).toStrictEqual({ ...control, at: 99 });
  const outputs: OutputsEntry = {
    kind: 'outputs',
    at: 5,
    shardId: 3,
    step: 2 ** 40,
    outputs: [
      {
        name: 'pressure',
        schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, state: { type: 'text' } } },
        origin: 'derived',
        n: 2,
        time: Float64Array.of(1, 2),
        key: ['a', 'b'],
        columns: [Float64Array.of(Number.NaN, 1), ['x', undefined]],
        quality: [Uint8Array.of(0, 128), undefined],
      },
      {
        name: 'spectrum',
        schema: { kind: 'frame', columns: { frequency: { type: 'number', unit: 'Hz' } } },
        origin: 'simulated',
        n: 1,
        time: Float64Array.of(1),
        key: ['a'],
        columns: [[Float64Array.of(1, 2, 3)]],
        quality: [undefined],
      },
    ],
  };
  same(outputs);
  expect(recordsOf(outputs)).toBe(3);
});

test('a newer form and damaged bytes are refused by name', () => {
  const b = pack(samples());
  b[0] = 9;
  expect(() => unpack(b)).toThrow(
    new LogFormatError('LOG_VERSION_UNKNOWN', 'log entry of format 9; this version reads format 1'),
  );
  const cut = pack(samples()).subarray(0, 40);
  expect(() => unpack(cut)).toThrow(LogFormatError);
});
