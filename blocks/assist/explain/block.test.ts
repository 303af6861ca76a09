import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';
import { explain } from './explain.ts';

testBlock(import.meta.url);

const templates = [{ kind: 'line', en: 'A line at {value} {unit}.', zh: '谱线位于 {value} {unit}。' }];
const none = { en: 'Nothing.', zh: '无。' };

describe('what is said is what was given', () => {
  test('whatever the evidence: only its ids are cited, only its numbers stand there', () => {
    const one = fc.record({
      id: fc.stringMatching(/^[A-Z]{1,3}[0-9]{1,3}$/),
      value: fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
      known: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: (e) => e.id, maxLength: 8 }), (list) => {
        const said = explain(
          {
            id: list.map((e) => e.id),
            kind: list.map((e) => (e.known ? 'line' : 'other')),
            value: list.map((e) => e.value),
            unit: list.map(() => 'Hz'),
          },
          templates,
          15,
          none,
        );
        const known = list.filter((e) => e.known);
        for (const text of [said.en, said.zh]) {
          expect([...text.matchAll(/\[([^\]]*)\]/g)].map(([, id]) => id)).toEqual(known.map((e) => e.id));
          const numbers = text.replaceAll(/\[[^\]]*\]/g, '').match(/-?\d[\d.]*(?:e[+-]?\d+)?/g) ?? [];
          expect(numbers.map(Number)).toEqual(known.map((e) => Number(e.value.toPrecision(15)) + 0));
        }
      }),
    );
  });

  test('a template with a number of its own is refused', () => {
    const parse = (en: string) => block.params.safeParse({ templates: [{ kind: 'line', en, zh: '谱线。' }] });
    expect(parse('A line at 107 Hz.').success).toBe(false);
    expect(parse('A line at {frequency}.').success).toBe(false);
    expect(parse('A line at {value} {unit}.').success).toBe(true);
  });

  test('evidence without an id, or with one twice, is set aside', async () => {
    const run = (id: string[]) =>
      runBlock(import.meta.url, {
        title: '',
        source: '',
        params: { templates },
        input: [
          { time: 0, id, kind: id.map(() => 'line'), value: id.map(() => 1), unit: id.map(() => 'Hz'), text: id.map(() => '') },
        ],
      });
    expect((await run(['a', 'a'])).dead[0]?.message).toBe("evidence 'a' is there twice: what is cited must be one");
    expect((await run([''])).dead[0]?.message).toBe('evidence 1 has no id: give each one that can be cited');
  });
});
