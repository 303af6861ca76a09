import { describe, expect, test } from 'vitest';
import { runRows } from '#blocks/sdk/testing.ts';
import { compile, document, pairs, row } from './short-graph.testing.ts';
import type { InputRow } from './step-input.ts';

/**
 * semantics.md 4: a timer goes off at its own time. What several of them give, and what entries bring, meets in the order of time however many entries
 * lie between, with a tick at the time or without one. Expected values by hand; `fixture.later` gives its last value so much later.
 */
const S = { s: ['test/source.value'] as [string] };
const later = (seconds: number): [string, Record<string, unknown>] => ['fixture.later', { seconds }];
/** Without ticks, and with one at every time at which a timer is due. */
const withTicks = (rows: readonly InputRow[], ...at: number[]): InputRow[] =>
  [...rows, ...at.map((clock) => ({ clock }))].sort((a, b) => (a.clock ?? 0) - (b.clock ?? 0));

describe('timers of several nodes', () => {
  test('the earlier first, whichever wire stands first', async () => {
    const program = await compile(
      document(
        { ...S, x: later(0.3), y: later(0.5), m: ['fixture.filter', { keep: 'value > 0' }] },
        ['s.out>x.in', 's.out>y.in', 'y.out>m.in', 'x.out>m.in'],
        ['out=m.out'],
      ),
    );
    const want = [300, 500, 1300, 1500];
    const rows = [row(0, 1), row(1000, 1), row(2000, 1)];
    expect(pairs(program, rows).map(([time]) => time)).toEqual(want);
    expect(pairs(program, withTicks(rows, 300, 1500)).map(([time]) => time)).toEqual(want);
  });

  test('what one gives sets another anew before that is due', async () => {
    const program = await compile(
      document({ ...S, x: later(0.3), w: later(0.4) }, ['s.out>x.in', 's.out>w.in', 'x.out>w.in'], ['out=w.out']),
    );
    // w would be due at 400, but x gives at 300
    const rows = [row(0, 5), row(1000, 6)];
    expect(pairs(program, rows)).toEqual([[700, 5]]);
    expect(pairs(program, withTicks(rows, 300, 400, 700))).toEqual([[700, 5]]);
  });

  test('of one key, before what comes at the same time, wherever the rows of other keys stand', async () => {
    const program = await compile(
      document(
        { ...S, x: later(0.3), m: ['fixture.filter', { keep: 'value > 0' }] },
        ['s.out>x.in', 's.out>m.in', 'x.out>m.in'],
        ['out=m.out', 'x=x.out'],
      ),
    );
    const [a, b] = [row(300, 8, { key: 'a' }), row(300, 2, { key: 'b' })];
    const of = (rows: readonly InputRow[]) =>
      runRows(program, rows)
        .outputs.out?.filter((r) => r.key === 'b')
        .map((r) => [r.time, r.values.value]);
    const want = [
      [0, 1],
      [300, 1],
      [300, 2],
    ];
    expect(of([row(0, 1, { key: 'b' }), a, b])).toEqual(want);
    expect(of([row(0, 1, { key: 'b' }), b, a])).toEqual(want);
  });

  test('overdue when set: at once, where the row stands that set it', async () => {
    const program = await compile(
      document(
        { ...S, x: later(-1), m: ['fixture.filter', { keep: 'value > 0' }] },
        ['s.out>x.in', 'x.out>m.in', 's.out>m.in'],
        ['out=x.out', 'both=m.out'],
      ),
    );
    const rows = [row(0, 1, { key: 'a' }), row(0, 2, { key: 'b' }), row(0, 3, { key: 'a' }), row(7, 4, { key: 'b' })];
    expect(pairs(program, rows)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [7, 4],
    ]);
    expect(runRows(program, rows).outputs.both?.map((r) => r.key)).toEqual(['a', 'a', 'b', 'b', 'a', 'a', 'b', 'b']);
  });
});

describe('timers on a loop through a delay', () => {
  test('what a timer gave between two rows is what the next row reads', async () => {
    const program = await compile(
      document(
        { ...S, l: ['fixture.loop'], t: later(0.3), d: ['fixture.delay', { initial: 0 }] },
        ['s.out>l.x', 'l.out>t.in', 't.out>d.in', 'd.out>l.before'],
        ['out=l.out'],
      ),
    );
    // x + half of what came 300 ms after the row before
    const want = [
      [0, 1],
      [1000, 1.5],
      [1200, 1.5],
      [2000, 1.75],
    ];
    const rows = want.map(([time]) => row(time ?? 0, 1));
    expect(pairs(program, rows)).toEqual(want);
    expect(pairs(program, withTicks(rows, 300, 1500))).toEqual(want);
  });

  test('several timers between two rows go round one after the other', async () => {
    const program = await compile(
      document(
        { ...S, l: ['fixture.loop'], t: later(0.1), u: later(0.3), d: ['fixture.delay', { initial: 0 }] },
        ['s.out>l.x', 'l.out>t.in', 'l.out>u.in', 't.out>d.in', 'u.out>d.in', 'd.out>l.before'],
        ['out=l.out', 't=t.out', 'u=u.out', 'd=d.out'],
      ),
    );
    const rows = [row(0, 1), row(1000, 1)];
    for (const given of [rows, withTicks(rows, 100, 300), withTicks(rows, 50, 200)]) {
      expect(pairs(program, given, 't')).toEqual([[100, 1]]);
      expect(pairs(program, given, 'u')).toEqual([[300, 1]]);
      // each time what stood there before
      expect(pairs(program, given, 'd')).toEqual([
        [100, 0],
        [300, 1],
      ]);
      expect(pairs(program, given)).toEqual([
        [0, 1],
        [1000, 1.5],
      ]);
    }
  });
});
