import { expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import type { AnyBlock } from '#blocks/sdk/block.ts';
import { testCatalogue } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
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
