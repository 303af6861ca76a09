import { describe, expect, test } from 'vitest';
import { readingsOf } from './readings.ts';
import { parseTemplates, type Template } from './template.ts';
import { filled, topicPattern, valuesIn } from './topic-pattern.ts';

const one = (text: string): Template => {
  const [made] = parseTemplates(`template t\n${text}`).values();
  if (!made) throw new Error('no template');
  return made;
};
const ARRIVED = 1_772_400_000_000;
const read = (text: string, payload: string, around: Record<string, unknown> = {}) =>
  readingsOf(one(text), JSON.parse(payload), around, ARRIVED, 480);

describe('topics', () => {
  test('variables are levels or parts of one; the broker is asked with +', () => {
    const pattern = topicPattern('v1/{site}/dev-{machine}/data');
    expect(pattern?.filter).toBe('v1/+/+/data');
    expect(pattern && valuesIn(pattern, 'v1/苏州/dev-7/data')).toEqual(['苏州', '7']);
    expect(pattern && valuesIn(pattern, 'v1/a/b/7/data')).toBeUndefined();
    expect(filled('{site}.{machine}.{signal}', { site: 'A', machine: '7' })).toBe('A.7.{signal}');
  });
  test.each(['', 'a/+/b', 'a/#', 'a/{x}/{x}', 'a/{', 'a/{X}'])('“%s” is none', (text) =>
    expect(topicPattern(text)).toBeUndefined(),
  );
});

describe('readings', () => {
  test('every field of an object, nested ones by their path; time, unit and quality are none', () => {
    const { readings } = read(
      'topic a/{m}\ntime ts\nquality ok=1',
      '{"ts":"2026-03-01 08:05:00","ok":1,"temp":20.5,"motor":{"speed":1480}}',
    );
    expect(readings).toEqual([
      { signal: 'temp', value: 20.5, time: 1_772_323_500_000, good: true },
      { signal: 'motor.speed', value: 1480, time: 1_772_323_500_000, good: true },
    ]);
  });

  test('a list of readings with name, value, quality and time of each', () => {
    const payload =
      '{"timestamp":1418658577000,"values":[{"id":"Channel1.Device1.Tag1","v":42,"q":true,"t":1418658576999},{"id":"Channel1.Device1.Tag2","v":0,"q":false,"t":1418658576990}]}';
    const { readings } = read('topic iot/{gateway}\nlist values\nsignal id\nvalue v\ntime t ms\nquality q=true', payload);
    expect(readings).toEqual([
      { signal: 'Channel1.Device1.Tag1', value: 42, time: 1_418_658_576_999, good: true },
      { signal: 'Channel1.Device1.Tag2', value: 0, time: 1_418_658_576_990, good: false },
    ]);
  });

  test('a list that is the whole payload, as KEPServerEX sends it', () => {
    // the example payload of docs.clarify.io, “MQTT broker, formats, Kepserver”
    const payload =
      '[{"tagname":"Group A.Device C - D.Tag 42","timestamp":1651604184861,"value":1291},{"tagname":"Group B.Device A - F.Tag 7","timestamp":1651604185020,"value":185.2}]';
    expect(read('topic kepserver\nlist .\nsignal tagname\ntime timestamp', payload).readings).toEqual([
      { signal: 'Group A.Device C - D.Tag 42', value: 1291, time: 1_651_604_184_861, good: true },
      { signal: 'Group B.Device A - F.Tag 7', value: 185.2, time: 1_651_604_185_020, good: true },
    ]);
  });

  test('each reading may name its unit', () => {
    expect(read('topic s/{m}\nlist .\nsignal n\nvalue v\nunit u', '[{"n":"T","u":"Cel","v":23.1}]').readings).toEqual([
      { signal: 'T', value: 23.1, unit: 'Cel', time: ARRIVED, good: true },
    ]);
  });

  test('objects by signal with value and unit inside; one time for all readings of a list', () => {
    const { readings } = read(
      'topic a/{m}\nvalue data.{signal}.val\nunit data.{signal}.unit\ntime head.at s',
      '{"head":{"at":1772323500},"data":{"p":{"val":7.2,"unit":"bar"},"note":{"text":"x"}}}',
    );
    expect(readings).toEqual([{ signal: 'p', value: 7.2, unit: 'bar', time: 1_772_323_500_000, good: true }]);
    const buffered = read('topic a/{m}\nlist rows\ntime t s', '{"rows":[{"t":1,"a":1},{"t":2,"a":2}]}');
    expect(buffered.readings.map(({ signal, value, time }) => [signal, value, time])).toEqual([
      ['a', 1, 1000],
      ['a', 2, 2000],
    ]);
    const shared = read('topic a/{m}\nlist rows\nsignal n\nvalue v\ntime at', '{"at":"20260301","rows":[{"n":"a","v":1}]}');
    expect(shared.readings[0]?.time).toBe(20_260_301_000); // as seconds: the size tells the unit unless a format does
    const pattern = read(
      'topic a/{m}\nlist rows\nsignal n\nvalue v\ntime at yyyyMMdd',
      '{"at":"20260301","rows":[{"n":"a","v":1}]}',
    );
    expect(pattern.readings[0]?.time).toBe(Date.UTC(2026, 2, 1) - 8 * 3_600_000);
  });

  test('names and times may come as user properties of MQTT 5', () => {
    const { readings } = read('topic a/{m}\nsignal $user.sensor\nvalue v\ntime $user.at', '{"v":5}', {
      $user: { sensor: 'T1', at: '2026-03-01T00:05:00Z' },
    });
    expect(readings).toEqual([{ signal: 'T1', value: 5, time: 1_772_323_500_000, good: true }]);
  });

  test('what is no reading is told with its place, the others are taken', () => {
    const text = 'topic a/{m}\nlist rows\nsignal n\nvalue v\ntime t';
    const { readings, refused } = read(text, '{"rows":[{"v":1},7,{"n":"a","v":1,"t":"soon"}]}');
    expect(readings).toEqual([{ signal: 'a', value: 1, time: undefined, good: true }]);
    expect(refused).toEqual([
      { at: 'rows[0]', code: 'mqtt.no-signal' },
      { at: 'rows[1]', code: 'mqtt.no-signal' },
    ]);
    expect(read(text, '{"row":[]}').refused).toEqual([{ at: 'rows', code: 'mqtt.no-list' }]);
  });
});

test.each([
  ['topic a/{m}', 'line 1', '“template'],
  ['template a b\ntopic x', 'line 1', 'no name'],
  ['template a', 'line 1', 'topic'],
  ['template a\ntopic x/#', 'line 2', 'topic'],
  ['template a\ntopic x\ncolour red', 'line 3', 'colour'],
  ['template a\ntopic x\ntopic y', 'line 3', 'twice'],
  ['template a\ntopic x\ntime t HH:mm', 'line 3', 'yyyyMMddHHmmss'],
  ['template a\ntopic x\nlist a..b', 'line 3', 'no path'],
  ['template a\ntopic x\nquality q', 'line 3', 'q=true'],
  ['template a\ntopic x\nwrite y {value}', 'line 3', 'JSON'],
  ['template a\ntopic x\nack y ok=1', 'line 3', 'write'],
  ['template a\ntopic x\nwrite y {"v":"{value}"}\nack y ok', 'line 4', 'response'],
  ['template a\ntopic x\ntemplate a\ntopic y', 'line 3', 'already'],
])('%o is refused with its line', (text, line, why) => {
  let failure: { text: { en: string; zh: string } } | undefined;
  try {
    parseTemplates(text);
  } catch (error) {
    failure = error as typeof failure;
  }
  expect(failure?.text.en).toContain(line);
  expect(failure?.text.en).toContain(why);
  expect(failure?.text.zh).toContain(line.replace('line ', '第 '));
});
