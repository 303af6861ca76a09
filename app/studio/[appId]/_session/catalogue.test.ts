import { describe, expect, it } from 'vitest';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { searchBlocks } from './catalogue.ts';
import { couldFeed, fittingInput, portKind } from './fit.ts';

const manifest = (id: string, en: string, zh: string, summary = '', words = { en: '', zh: '' }) =>
  ({ id, title: { en, zh }, summary: { en: summary, zh: '' }, words, inputs: {}, outputs: {} }) as unknown as BlockManifest;
const blocks = [
  manifest('millwright/series.window', 'Moving window', '滑动窗口', 'Mean of the last seconds'),
  manifest('millwright/series.compare', 'Limit with hysteresis', '限值比较', '', { en: 'threshold', zh: '阈值' }),
  manifest('millwright/alarm.raise', 'Alarm', '报警', 'Raises an alarm when a limit is passed'),
];

describe('searchBlocks', () => {
  it('finds in both languages, by id, by words and by summary, the title first', () => {
    const ids = (query: string) => searchBlocks(blocks, query).map((block) => block.id.split('.')[1]);
    expect(ids('limit')).toEqual(['compare', 'raise']);
    expect(ids('窗口')).toEqual(['window']);
    expect(ids('阈值')).toEqual(['compare']);
    expect(ids('series')).toEqual(['window', 'compare']);
    expect(ids('mean seconds')).toEqual(['window']);
    expect(ids('pump')).toEqual([]);
    expect(ids(' ')).toEqual(['window', 'compare', 'raise']);
  });
});

describe('what fits', () => {
  const number = { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } } as const;
  const port = (type: 'number' | 'boolean' | 'wave', kind: 'stream' | 'frame' = 'stream') => ({
    kind,
    columns: { value: { type } },
  });
  it('goes by kind and type; integers are numbers', () => {
    expect(couldFeed(number, port('number'))).toBe(true);
    expect(couldFeed(number, port('boolean'))).toBe(false);
    expect(couldFeed(number, port('number', 'frame'))).toBe(false);
    expect(couldFeed({ kind: 'stream', columns: { n: { type: 'integer' } } }, port('number'))).toBe(true);
    expect(couldFeed(undefined, port('wave'))).toBe(true);
  });
  it('names the first input that fits', () => {
    const both = { inputs: { condition: port('boolean'), value: port('number') } } as unknown as BlockManifest;
    expect(fittingInput(both, number)).toBe('value');
  });
  it('draws a port by what it carries', () => {
    expect(portKind('stream', ['number'], 'number')).toBe('number');
    expect(portKind('stream', ['boolean', 'number'], 'boolean')).toBe('boolean');
    expect(portKind('frame', ['number'], 'number')).toBe('table');
    expect(portKind('stream', ['text'], undefined)).toBe('event');
  });
});
