import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { PackageError } from './errors.ts';
import { open, pack, sha256 } from './package.ts';
import { generateSigningKey, signBytes, verifyBytes } from './signing.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const manifest = {
  format: 1,
  publisher: 'acme',
  slug: 'press-watch',
  version: '1.0.0',
  title: { en: 'Press watch', zh: '冲压监视' },
  summary: { en: 'Watches presses.', zh: '监视冲压机。' },
};
const parts = (over: object = {}) =>
  new Map([
    ['app.json', bytes(JSON.stringify({ ...manifest, ...over }))],
    ['graph.json', bytes('{"format":1,"nodes":[],"wires":[]}')],
    ['screens.json', bytes('[]')],
    ['README.en.md', bytes('# Press watch')],
    ['README.zh.md', bytes('# 冲压监视')],
    ['proof/proof.json', bytes('{}')],
  ]);
const key = generateSigningKey();
const codeOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof PackageError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('signing', () => {
  // RFC 8032, section 7.1, test 2: secret, public key and signature of the one-byte message 72
  test('agrees with RFC 8032 test 2', () => {
    const secret = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const pub = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
    const expected =
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';
    const pkcs8 = Buffer.from(`302e020100300506032b657004220420${secret}`, 'hex').toString('base64');
    const spki = Buffer.from(`302a300506032b6570032100${pub}`, 'hex').toString('base64');
    const message = Uint8Array.of(0x72);
    expect(Buffer.from(signBytes(message, pkcs8), 'base64').toString('hex')).toBe(expected);
    expect(verifyBytes(message, Buffer.from(expected, 'hex').toString('base64'), spki)).toBe(true);
    expect(verifyBytes(Uint8Array.of(0x73), Buffer.from(expected, 'hex').toString('base64'), spki)).toBe(false);
    expect(verifyBytes(message, 'nonsense', 'nonsense')).toBe(false);
  });
});

describe('package', () => {
  const packed = pack(parts(), 'acme', key);

  test('opens to the same parts, and the same parts give the same bytes', () => {
    const opened = open(packed, (p) => (p === 'acme' ? key.publicKey : undefined));
    expect([...opened.files.keys()].sort()).toEqual([...parts().keys()].sort());
    expect(opened.manifest.slug).toBe('press-watch');
    expect(sha256(pack(parts(), 'acme', key))).toBe(sha256(packed));
  });

  test('altered by one byte anywhere, it is refused or is the same package', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: packed.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = packed.slice();
        altered[at] = (altered[at] ?? 0) ^ change;
        try {
          const opened = open(altered, () => key.publicKey);
          // some bytes of a zip (times, attributes) carry nothing: then every part must still be what was signed
          for (const [name, data] of opened.files) expect(data).toEqual(parts().get(name));
        } catch (error) {
          expect(error).toBeInstanceOf(PackageError);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('names the file that was altered', () => {
    const other = pack(parts().set('graph.json', bytes('{"format":1,"nodes":[1],"wires":[]}')), 'acme', key);
    const files = new Map(open(other).files);
    expect(files.has('graph.json')).toBe(true);
    const forged = packWithContentsOf(packed, other);
    try {
      open(forged);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'package.file-altered', path: 'graph.json' });
    }
  });

  test('refuses a foreign signature, an unknown publisher, a missing part, a newer format and what is no zip', () => {
    expect(codeOf(() => open(packed, () => generateSigningKey().publicKey))).toBe('package.signature-invalid');
    expect(codeOf(() => open(packed, () => undefined))).toBe('package.publisher-unknown');
    expect(codeOf(() => pack(new Map([...parts()].filter(([n]) => n !== 'proof/proof.json')), 'acme', key))).toBe(
      'package.part-missing',
    );
    expect(codeOf(() => pack(parts({ format: 2 }), 'acme', key))).toBe('package.manifest-invalid');
    expect(codeOf(() => pack(parts().set('../x', bytes('')), 'acme', key))).toBe('package.bad-path');
    expect(codeOf(() => open(bytes('hello')))).toBe('package.not-a-zip');
  });
});

/** The parts of `b` under the contents and signature of `a`. */
function packWithContentsOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const signed = unzipSync(a);
  const others = unzipSync(b);
  const meta = (name: string) => name.startsWith('META/');
  return zipSync(
    Object.fromEntries([...Object.entries(signed).filter(([n]) => meta(n)), ...Object.entries(others).filter(([n]) => !meta(n))]),
  );
}
