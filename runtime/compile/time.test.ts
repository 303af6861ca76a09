import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { runRows } from '#blocks/sdk/testing.ts';
import { createLocalStepper } from './local-stepper.ts';
import { compile, document, pairs, row } from './short-graph.testing.ts';
import { buildStepInput } from './step-input.ts';

/** How rows of several wires meet, what timers do, and loops through a delay. Expected values by hand from semantics.md. */

describe('several inputs', () => {
  const three = (block: string, params = {}) =>
    document(
      { a: ['test/source.value'], b: ['test/source.value'], c: ['test/source.value'], m: [block, params] },
      ['a.out>m.a', 'b.out>m.b', 'c.out>m.c'],
      ['out=m.out'],
    );
  test('latest: any input fires with the others; too old is bad:stale', async () => {
    const program = await compile(three('fixture.latest', { maxAge: 1 }));
    const out = runRows(program, [row(0, 1), row(10, 10, { source: 1 }), row(20, 100, { source: 2 }), row(1500, 2)]).outputs.out;
    expect(out?.map((r) => [r.values.value, r.quality.value])).toEqual([
      [Number.NaN, 137],
      [12, 137],
      [-88, 0],
      [-86, 129],
    ]);
  });
  test('exact: rows of one time and key meet, in whatever order they come', async () => {
    const program = await compile(three('fixture.exact'));
    const rows = [
      row(5, 1),
      row(6, 2),
      row(6, 20, { source: 1 }),
      row(5, 10, { source: 1 }),
      row(6, 200, { source: 2 }),
      row(5, 100, { source: 2, key: 'other' }),
      row(5, 100, { source: 2 }),
    ];
    expect(pairs(program, rows)).toEqual([
      [6, 182],
      [5, 91],
    ]);
  });
  test('align: the nearest in event time within the tolerance, when the watermark or silence has passed it', async () => {
    const program = await compile(
      document(
        { a: ['test/source.value'], b: ['test/source.value'], m: ['fixture.align', { tolerance: 0.1, lateness: 0 }] },
        ['a.out>m.a', 'b.out>m.b'],
        ['out=m.out'],
      ),
    );
    const b = (time: number, value: number) => row(time, value, { source: 1 });
    // 1000 meets 1040 (40 off) rather than 930; 1300 has nothing within 100; 2000 is decided by silence
    expect(
      pairs(program, [
        b(930, 2),
        row(1000, 10),
        b(1040, 4),
        row(1300, 20),
        b(1450, 6),
        row(2000, 30),
        b(2010, 8),
        { clock: 2101 },
      ]),
    ).toEqual([
      [1000, 12],
      [1300, Number.NaN],
      [2000, 34],
    ]);
  });
  test('a row older than the watermark is late and counted', async () => {
    const program = await compile(
      document(
        { a: ['test/source.value'], b: ['test/source.value'], m: ['fixture.align', { tolerance: 0, lateness: 0.5 }] },
        ['a.out>m.a', 'b.out>m.b'],
        ['out=m.out'],
      ),
    );
    expect(runRows(program, [row(5000, 1), row(4600, 1), row(4400, 1)]).late).toEqual({ m: 1 });
  });
});

describe('time', () => {
  const idle = () => document({ s: ['test/source.value'], i: ['fixture.past'] }, ['s.out>i.in'], ['out=i.out']);
  test('a timer fires at its time by a tick, before later rows, and asks to be woken', async () => {
    const catalogue = loadCatalogue();
    const graph = document(
      { t: ['source.tag', { role: 'a' }], w: ['series.window', { seconds: 1, idle: 5 }] },
      ['t.out>w.in'],
      ['out=w.out'],
      { roles: [{ name: 'a', title: { en: 'a', zh: 'a' } }] },
    );
    const program = await compile(graph, catalogue);
    const stepper = createLocalStepper(program);
    const first = stepper.stepNow(buildStepInput(program.info, [row(10_250, 4)]));
    // end of the window 11,000 less the row's 10,250, and the 5 s of silence, after the entry's time
    expect(first).toMatchObject({ outputs: [], wakeAt: 10_250 + 750 + 5000 });
    const tick = stepper.stepNow(buildStepInput(program.info, [{ clock: 16_000 }]));
    expect(tick.outputs[0]).toMatchObject({ n: 1, time: Float64Array.of(11_000), key: ['k'] });
    expect(tick.wakeAt).toBeNull();
  });
  test('one that is set late belongs to the row that set it', async () => {
    const program = await compile(idle());
    const rows = Array.from({ length: 30 }, (_, i) => row(1000 + i * 10, i));
    const whole = createLocalStepper(program).stepNow(buildStepInput(program.info, rows)).outputs[0];
    // each timer's row is the row whose value it carries
    const fired = Array.from(whole?.columns[0] as Float64Array, (v, i) => [v, whole?.row[i]]).filter(([v]) => (v ?? -1) >= 0);
    expect(fired.length).toBeGreaterThan(3);
    for (const [v, at] of fired) expect(Math.floor(v ?? 0)).toBe(at);
  });
});

describe('loops through a delay', () => {
  test('x + half of the value before: a geometric series', async () => {
    const program = await compile(
      document(
        { s: ['test/source.value'], l: ['fixture.loop'], d: ['fixture.delay', { initial: 0 }] },
        ['s.out>l.x', 'l.out>d.in', 'd.out>l.before'],
        ['out=l.out', 'before=d.out'],
      ),
    );
    const rows = [0, 1, 2, 3].map((i) => row(i, 1));
    expect(pairs(program, rows)).toEqual([
      [0, 1],
      [1, 1.5],
      [2, 1.75],
      [3, 1.875],
    ]);
    expect(pairs(program, rows, 'before')).toEqual([
      [0, 0],
      [1, 1],
      [2, 1.5],
      [3, 1.75],
    ]);
  });
});
