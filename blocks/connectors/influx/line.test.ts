import { describe, expect, it } from 'vitest';
import { epochMs, parseBody, parseKey, parseLine } from './line.ts';

/** Examples of docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol, and what it says of each. */
const plainOf = (text: string) => {
  const line = parseLine(text);
  return (
    line && {
      measurement: line.measurement,
      tags: Object.fromEntries(line.tags),
      fields: Object.fromEntries(line.fields),
      timestamp: line.timestamp,
    }
  );
};

describe('line protocol, by its documentation', () => {
  it.each([
    [
      'myMeasurement,tag1=value1,tag2=value2 fieldKey="fieldValue" 1556813561098000000',
      { measurement: 'myMeasurement', tags: { tag1: 'value1', tag2: 'value2' }, fields: { fieldKey: 'fieldValue' } },
      1556813561098000000n,
    ],
    ['myMeasurement fieldKey=1.0', { measurement: 'myMeasurement', tags: {}, fields: { fieldKey: 1 } }, undefined],
    ['myMeasurement fieldKey=-1.234456e+78', { measurement: 'myMeasurement', tags: {}, fields: { fieldKey: -1.234456e78 } }],
    ['myMeasurement fieldKey=-9223372036854775808i', { fields: { fieldKey: -(2 ** 63) } }],
    ['myMeasurement fieldKey=12485903u', { fields: { fieldKey: 12485903 } }],
    ['myMeasurement fieldKey=true', { fields: { fieldKey: true } }],
    ['myMeasurement fieldKey=F', { fields: { fieldKey: false } }],
    ['my\\ Measurement fieldKey="string value"', { measurement: 'my Measurement', fields: { fieldKey: 'string value' } }],
    ['myMeasurement fieldKey="\\"string\\" within a string"', { fields: { fieldKey: '"string" within a string' } }],
    [
      'myMeasurement,tag\\ Key1=tag\\ Value1,tag\\ Key2=tag\\ Value2 fieldKey=100',
      { tags: { 'tag Key1': 'tag Value1', 'tag Key2': 'tag Value2' }, fields: { fieldKey: 100 } },
    ],
    [
      'myMeasurement,tagKey=🍭 fieldKey="Launch 🚀" 1556813561098000000',
      { tags: { tagKey: '🍭' }, fields: { fieldKey: 'Launch 🚀' } },
    ],
    ['weather,location=us\\,midwest temperature=82', { tags: { location: 'us,midwest' }, fields: { temperature: 82 } }],
    ['weather,location=us-midwest temp\\=rature=82', { fields: { 'temp=rature': 82 } }],
    ['weather,location\\ place=us-midwest temperature=82', { tags: { 'location place': 'us-midwest' } }],
    ['wea\\,ther,location=us-midwest temperature=82', { measurement: 'wea,ther' }],
    // a backslash before anything else is itself; quotes are letters in names
    ['weather,location=us-midwest temperature_str="too hot/cold\\\\\\hi"', { fields: { temperature_str: 'too hot/cold\\\\hi' } }],
    ['"weather" temperature=82', { measurement: '"weather"' }],
    ['weather,loc"x=a\\b temperature=82', { tags: { 'loc"x': 'a\\b' } }],
  ])('%s', (text, expected, timestamp?: bigint) => {
    const got = plainOf(text);
    expect(got).toMatchObject(expected);
    if (timestamp !== undefined) expect(got?.timestamp).toBe(timestamp);
  });

  it('passes over empty lines and comments', () => {
    expect(parseBody('# a comment\n\n   \nm f=1\r\n').lines).toHaveLength(1);
  });

  it.each([
    ['m', 2, 'fields are missing'],
    ['m ', 2, 'fields are missing'],
    ['m,tag f=1', 6, 'a tag needs ='],
    ['m,tag= f=1', 7, 'tag value is missing'],
    ['m f=', 5, 'field value is missing'],
    ['m f=abc', 5, 'no number'],
    ['m f=1,', 7, 'field name is missing'],
    ['m f="open', 10, 'no closing quote'],
    ['m f=1 2019-01-01', 7, 'no timestamp'],
    [',t=1 f=1', 1, 'measurement is missing'],
    ['m f=0x10', 5, 'no number'],
    ['m f=NaN', 5, 'no number'],
  ])('refuses %s at column %d', (text, column, message) => {
    const { lines, errors } = parseBody(`good f=1\n${text}\ngood f=2`);
    expect(lines).toHaveLength(2);
    expect(errors).toEqual([{ line: 2, column, message: expect.stringContaining(message) }]);
  });

  it('keeps a line break inside a quoted text', () => {
    const { lines, errors } = parseBody('m a="one\ntwo",b=2i 5\nm b=3i 6');
    expect(errors).toEqual([]);
    expect(lines.map((line) => Object.fromEntries(line.fields))).toEqual([{ a: 'one\ntwo', b: 2 }, { b: 3 }]);
  });

  it('knows the precisions: 1556813561098 ms in each', () => {
    const times = { ns: 1556813561098000000n, us: 1556813561098000n, ms: 1556813561098n };
    for (const [precision, stamp] of Object.entries(times)) expect(epochMs(stamp, precision)).toBe(1556813561098);
    expect(epochMs(1556813561n, 's')).toBe(1556813561000);
    expect(epochMs(25946892n, 'm')).toBe(25946892 * 60_000);
    expect(epochMs(432448n, 'h')).toBe(432448 * 3_600_000);
  });

  it('reads the key of an address with the same rules', () => {
    expect(parseKey('my\\ press,line\\ no=2\\,3')).toEqual({ measurement: 'my press', tags: new Map([['line no', '2,3']]) });
    expect(() => parseKey('press line')).toThrow('backslash');
  });
});
