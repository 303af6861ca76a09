import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { collector } from '#runtime/replay/collect.ts';
import { modelAnswers } from '#runtime/replay/model-answers.ts';
import { runTables } from '#runtime/replay/run-tables.ts';
import type { Place } from '#runtime/schedule/due.ts';
import block from './block.ts';
import { cronFault } from './cron.ts';

const catalogue = testCatalogue([{ manifest: manifestOf(block as unknown as AnyBlock), params: block.params }]);

test('is a source of ticks by its rule, with shift, day and what was missed', async () => {
  const params = { cron: '30 6 * * MON-FRI', misfire: 'all' };
  const compiled = await compileGraph(
    {
      format: 1,
      nodes: [{ id: 's', block: 'millwright/source.schedule', version: '1.0.0', params }],
      wires: [],
      outputs: [{ name: 'tick', from: { node: 's', port: 'out' } }],
    },
    { catalogue },
  );
  expect(compiled.ok && compiled.program.info.sources).toEqual([
    {
      node: 's',
      schedule: { on: 'cron', cron: '30 6 * * MON-FRI', inShifts: false, misfire: 'all' },
      schema: { kind: 'stream', columns: { shift: { type: 'text' }, day: { type: 'text' }, missed: { type: 'integer' } } },
    },
  ]);
});

// fields and ranges of POSIX crontab, with steps and names as Vixie cron has them
test.each(['* * * * *', '*/15 0-23/2 1,15 * *', '0 6 * jan-mar,DEC mon-fri', '59 23 31 12 7', '0 0 29 2 0'])(
  '%s is a rule',
  (text) => {
    expect(cronFault(text)).toBeUndefined();
    expect(block.params.safeParse({ cron: text }).success).toBe(true);
  },
);
test.each([
  '',
  '* * * *',
  '* * * * * *',
  '60 * * * *',
  '0 24 * * *',
  '0 0 0 * *',
  '0 0 * 13 *',
  '0 0 * * 8',
  '5-1 * * * *',
  '*/0 * * * *',
  '1/5 * * * *',
  'a * * * *',
  '@daily',
  '0 0 * * L',
  '-1 * * * *',
  '1,,2 * * * *',
])('"%s" is none, and says so in both languages', (text) => {
  const parsed = block.params.safeParse({ cron: text });
  expect(parsed.success).toBe(false);
  expect(parsed.error?.issues[0]).toMatchObject({ path: ['cron'], message: expect.stringMatching(/^.+ \| .*\p{Script=Han}/u) });
});
test('a shift schedule does not read its cron rule', () => {
  expect(block.params.safeParse({ on: 'shift-end', cron: 'none' }).success).toBe(true);
});

interface Case {
  readonly title: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly zone: string;
  readonly calendar?: NonNullable<Place['calendar']>;
  /** The stretch: both ends are in. */
  readonly from: string;
  readonly to: string;
  readonly rows: readonly { readonly time: string; readonly shift: string; readonly day: string }[];
}
const folder = new URL('./cases/', import.meta.url);
const cases = readdirSync(folder).map((file): [string, Case] => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))]);

/** The block as a program runs it: which rows it gives in a stretch of time, at a place. */
test.each(cases)('case %s', async (_file, { params, zone, calendar, from, to, rows }) => {
  const compiled = await compileGraph(
    {
      format: 1,
      nodes: [{ id: 's', block: 'millwright/source.schedule', version: '1.0.0', params }],
      wires: [],
      outputs: [{ name: 'tick', from: { node: 's', port: 'out' } }],
    },
    { catalogue },
  );
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message.en);
  const { collected, take } = collector(compiled.program.info);
  await runTables({
    info: compiled.program.info,
    stepper: createLocalStepper(compiled.program),
    tables: new Map(),
    answering: modelAnswers('none'),
    from: Date.parse(from),
    until: Date.parse(to),
    place: { zone, ...(calendar ? { calendar } : {}) },
    onResult: take,
    now: () => 0,
  });
  const given = collected.outputs.tick?.map(({ time, values }) => ({
    time: new Date(time).toISOString().replace('.000Z', 'Z'),
    shift: values.shift,
    day: values.day,
  }));
  expect(given).toEqual(rows);
});
