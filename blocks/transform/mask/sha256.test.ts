import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyedHash, sha256, utf8 } from './sha256.ts';

const hex = (bytes: readonly number[]) => Buffer.from(bytes).toString('hex');

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('FIPS 180-4 example: %j', (text, digest) => expect(hex(sha256(utf8(text)))).toBe(digest));

test('RFC 4231, test cases 2 and 6', () => {
  expect(keyedHash('Jefe', 'what do ya want for nothing?', 64)).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});

test('as node:crypto for every length around the block, and for Chinese', () => {
  for (let n = 0; n < 200; n += 7) {
    const text = '匠a造é😀'.repeat(40).slice(0, n).toWellFormed();
    expect(hex(sha256(utf8(text)))).toBe(createHash('sha256').update(text).digest('hex'));
    expect(keyedHash(text, text, 64)).toBe(createHmac('sha256', text).update(text).digest('hex'));
  }
});
