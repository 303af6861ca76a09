import { expect, test } from 'vitest';
import { testBlock } from '#blocks/sdk/testing.ts';
import { identify } from '../id/identify.ts';
import { mint } from './mint.ts';

testBlock(import.meta.url);

test.each([
  ['sgtin', '80614141123458', 'gtin'],
  ['sscc', '10614141', 'sscc'],
  ['grai', '061414112345', 'gs1'],
  ['giai', '0614141', 'gs1'],
])('what is given of %s is read again as valid, with the serial number in it', (key, prefix) => {
  for (const next of [1, 42, 234_567_890]) {
    const made = mint({ key, prefix, next, to: next });
    for (const text of [made.element, made.link]) {
      const read = identify(text, undefined, true);
      expect(read, text).toMatchObject({ valid: true });
      expect(JSON.stringify(read)).toContain(String(next));
    }
  }
});
