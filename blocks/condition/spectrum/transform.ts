/** Discrete Fourier transform of any length, in place on a pair of arrays; no state is kept between calls. */

/** Radix 2; `re.length` is a power of two. */
function fft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const r = re[i] as number;
      const m = im[i] as number;
      re[i] = re[j] as number;
      im[i] = im[j] as number;
      re[j] = r;
      im[j] = m;
    }
  }
  // tables instead of recurrences: the error stays at a few units in the last place for every length
  const cos = new Float64Array(n / 2);
  const sin = new Float64Array(n / 2);
  for (let i = 0; i < n / 2; i++) {
    cos[i] = Math.cos((2 * Math.PI * i) / n);
    sin[i] = -Math.sin((2 * Math.PI * i) / n);
  }
  for (let length = 2; length <= n; length <<= 1) {
    const half = length >> 1;
    const stride = n / length;
    for (let start = 0; start < n; start += length) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cos[k * stride] as number;
        const s = sin[k * stride] as number;
        const br = re[b] as number;
        const bi = im[b] as number;
        const tr = br * c - bi * s;
        const ti = br * s + bi * c;
        re[b] = (re[a] as number) - tr;
        im[b] = (im[a] as number) - ti;
        re[a] = (re[a] as number) + tr;
        im[a] = (im[a] as number) + ti;
      }
    }
  }
}

/** Forward transform: X[k] = sum x[j] e^(-2 pi i j k / n). Any other length than a power of two goes by Bluestein's chirp. */
export function dft(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  if (n < 2) return;
  if ((n & (n - 1)) === 0) {
    fft(re, im);
    return;
  }
  let m = 1;
  while (m < 2 * n - 1) m <<= 1;
  const chirpRe = new Float64Array(n);
  const chirpIm = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const angle = (Math.PI * ((k * k) % (2 * n))) / n; // the remainder is exact, so the angle keeps its digits
    chirpRe[k] = Math.cos(angle);
    chirpIm[k] = -Math.sin(angle);
  }
  const aRe = new Float64Array(m);
  const aIm = new Float64Array(m);
  const bRe = new Float64Array(m);
  const bIm = new Float64Array(m);
  for (let k = 0; k < n; k++) {
    const c = chirpRe[k] as number;
    const s = chirpIm[k] as number;
    aRe[k] = (re[k] as number) * c - (im[k] as number) * s;
    aIm[k] = (re[k] as number) * s + (im[k] as number) * c;
    bRe[k] = c;
    bIm[k] = -s;
    if (k > 0) {
      bRe[m - k] = c;
      bIm[m - k] = -s;
    }
  }
  fft(aRe, aIm);
  fft(bRe, bIm);
  for (let i = 0; i < m; i++) {
    const r = aRe[i] as number;
    const q = aIm[i] as number;
    aRe[i] = r * (bRe[i] as number) - q * (bIm[i] as number);
    // conjugated, so that the forward transform that follows is an inverse one
    aIm[i] = -(r * (bIm[i] as number) + q * (bRe[i] as number));
  }
  fft(aRe, aIm);
  for (let k = 0; k < n; k++) {
    const r = (aRe[k] as number) / m;
    const q = -(aIm[k] as number) / m;
    re[k] = r * (chirpRe[k] as number) - q * (chirpIm[k] as number);
    im[k] = r * (chirpIm[k] as number) + q * (chirpRe[k] as number);
  }
}

/** Inverse of `dft`. */
export function inverse(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 0; i < n; i++) im[i] = -(im[i] as number);
  dft(re, im);
  for (let i = 0; i < n; i++) {
    re[i] = (re[i] as number) / n;
    im[i] = -(im[i] as number) / n;
  }
}
