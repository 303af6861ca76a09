import { expect, test } from 'vitest';
import { TROUBLES, tell, troublesIn } from './troubles.ts';

test('is told in both languages, with its parameters and the step that it keeps back', () => {
  expect(tell({ code: 'log-held', params: { date: '2026-01-01', by: 'shard 5' }, step: 'log' })).toEqual({
    code: 'log-held',
    params: { date: '2026-01-01', by: 'shard 5' },
    step: 'log',
    en: 'log: The log is kept since 2026-01-01, because shard 5 has not passed it.',
    zh: 'log：日志自 2026-01-01 起一直保留，因为 shard 5 尚未处理完。',
  });
  for (const [code, { en, zh }] of Object.entries(TROUBLES)) {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
    expect(names(zh), code).toEqual(names(en));
    expect(en).toMatch(/^[A-Z{].*\.$/);
    expect(zh).toMatch(/。$/);
  }
});

test('what another version of a process says is left out, not guessed', () => {
  expect(troublesIn({ problems: [{ code: 'database-full' }, { code: 'toString' }, 'x', null, {}] })).toEqual([
    { code: 'database-full' },
  ]);
  expect(troublesIn({ problem: 'as it once was' })).toEqual([]);
});
