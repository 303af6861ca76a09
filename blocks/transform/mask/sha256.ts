/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over UTF-8 text. Libraries need TextEncoder, DataView or Buffer, which a program does not have.
 */
const firstBits = (x: number): number => ((x - Math.floor(x)) * 4294967296) | 0;
const PRIMES = ((): number[] => {
  const found: number[] = [];
  for (let n = 2; found.length < 64; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
})();
const K = PRIMES.map((p) => firstBits(Math.cbrt(p)));
const START = PRIMES.slice(0, 8).map((p) => firstBits(Math.sqrt(p)));

/** Unpaired surrogates become U+FFFD, as everywhere. */
export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const given = char.codePointAt(0) as number;
    const c = given >= 0xd800 && given <= 0xdfff ? 0xfffd : given;
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return bytes;
}

const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

export function sha256(message: readonly number[]): number[] {
  const bits = message.length * 8;
  const bytes = [...message, 0x80];
  while (bytes.length % 64 !== 56) bytes.push(0);
  for (let shift = 56; shift >= 0; shift -= 8) bytes.push(Math.floor(bits / 2 ** shift) & 255);
  const h = [...START];
  const w = new Int32Array(64);
  const at = (list: ArrayLike<number>, i: number): number => list[i] as number;
  for (let block = 0; block < bytes.length; block += 64) {
    for (let i = 0; i < 16; i++) {
      const j = block + 4 * i;
      w[i] = (at(bytes, j) << 24) | (at(bytes, j + 1) << 16) | (at(bytes, j + 2) << 8) | at(bytes, j + 3);
    }
    for (let i = 16; i < 64; i++) {
      const [x, y] = [at(w, i - 15), at(w, i - 2)];
      w[i] =
        (at(w, i - 16) + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + at(w, i - 7) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, b, c, d, e, f, g, last] = h as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const t1 = (last + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + at(K, i) + at(w, i)) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [last, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    for (const [i, x] of [a, b, c, d, e, f, g, last].entries()) h[i] = (at(h, i) + x) | 0;
  }
  return h.flatMap((x) => [(x >>> 24) & 255, (x >>> 16) & 255, (x >>> 8) & 255, x & 255]);
}

/** HMAC-SHA-256, the first `digits` hexadecimal digits. */
export function keyedHash(key: string, text: string, digits: number): string {
  const given = utf8(key);
  const k = given.length > 64 ? sha256(given) : given;
  const block = Array.from({ length: 64 }, (_, i) => k[i] ?? 0);
  const inner = sha256([...block.map((b) => b ^ 0x36), ...utf8(text)]);
  const outer = sha256([...block.map((b) => b ^ 0x5c), ...inner]);
  return outer
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits);
}
