/** Discrete Fourier transform of any length, in place on a pair of arrays; no state is kept between calls. */

/** Radices that have a butterfly of their own; 48,000 = 4 · 4 · 4 · 2 · 3 · 5 · 5 · 5. */
const RADICES = [4, 2, 3, 5] as const;

/** Factors of n from the radices; undefined when another prime is left. */
function factorsOf(n: number): number[] | undefined {
  const factors: number[] = [];
  let rest = n;
  for (const radix of RADICES) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  return rest === 1 ? factors : undefined;
}

/** Forward transform: X[k] = sum x[j] e^(-2 pi i j k / n). */
export function dft(re: Float64Array, im: Float64Array): void {
  if (re.length < 2) return;
  const factors = factorsOf(re.length);
  if (factors) stockham(re, im, factors);
  else bluestein(re, im);
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

/**
 * Self-sorting transform (Stockham): a stage of radix r takes the values m apart and lays them side by side. `s` is the product of the
 * radices before; all twiddles come from one table of n angles, so the error stays at a few units in the last place.
 */
function stockham(re: Float64Array, im: Float64Array, factors: readonly number[]): void {
  const n = re.length;
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    cos[i] = Math.cos((2 * Math.PI * i) / n);
    sin[i] = -Math.sin((2 * Math.PI * i) / n);
  }
  let fromRe = re;
  let fromIm = im;
  let toRe: Float64Array = new Float64Array(n);
  let toIm: Float64Array = new Float64Array(n);
  let s = 1;
  for (const radix of factors) {
    if (radix === 4) stage4(fromRe, fromIm, toRe, toIm, cos, sin, s);
    else if (radix === 2) stage2(fromRe, fromIm, toRe, toIm, cos, sin, s);
    else stage(fromRe, fromIm, toRe, toIm, cos, sin, s, radix);
    s *= radix;
    const r = fromRe;
    const i = fromIm;
    fromRe = toRe;
    fromIm = toIm;
    toRe = r;
    toIm = i;
  }
  if (fromRe !== re) {
    re.set(fromRe);
    im.set(fromIm);
  }
}

function stage2(
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
  s: number,
) {
  const half = xr.length / 2;
  const m = half / s;
  for (let p = 0; p < m; p++) {
    const c = cos[p * s] as number;
    const d = sin[p * s] as number;
    for (let q = 0; q < s; q++) {
      const a = q + s * p;
      const b = a + half;
      const o = q + 2 * s * p;
      const ar = xr[a] as number;
      const ai = xi[a] as number;
      const br = xr[b] as number;
      const bi = xi[b] as number;
      yr[o] = ar + br;
      yi[o] = ai + bi;
      const tr = ar - br;
      const ti = ai - bi;
      yr[o + s] = tr * c - ti * d;
      yi[o + s] = tr * d + ti * c;
    }
  }
}

function stage4(
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
  s: number,
) {
  const quarter = xr.length / 4;
  const m = quarter / s;
  for (let p = 0; p < m; p++) {
    const c1 = cos[p * s] as number;
    const d1 = sin[p * s] as number;
    const c2 = cos[2 * p * s] as number;
    const d2 = sin[2 * p * s] as number;
    const c3 = cos[3 * p * s] as number;
    const d3 = sin[3 * p * s] as number;
    for (let q = 0; q < s; q++) {
      const a = q + s * p;
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const o = q + 4 * s * p;
      const sr = (xr[a] as number) + (xr[c] as number);
      const si = (xi[a] as number) + (xi[c] as number);
      const tr = (xr[a] as number) - (xr[c] as number);
      const ti = (xi[a] as number) - (xi[c] as number);
      const ur = (xr[b] as number) + (xr[d] as number);
      const ui = (xi[b] as number) + (xi[d] as number);
      // times -i
      const vr = (xi[b] as number) - (xi[d] as number);
      const vi = (xr[d] as number) - (xr[b] as number);
      yr[o] = sr + ur;
      yi[o] = si + ui;
      const e1 = tr + vr;
      const f1 = ti + vi;
      yr[o + s] = e1 * c1 - f1 * d1;
      yi[o + s] = e1 * d1 + f1 * c1;
      const e2 = sr - ur;
      const f2 = si - ui;
      yr[o + 2 * s] = e2 * c2 - f2 * d2;
      yi[o + 2 * s] = e2 * d2 + f2 * c2;
      const e3 = tr - vr;
      const f3 = ti - vi;
      yr[o + 3 * s] = e3 * c3 - f3 * d3;
      yi[o + 3 * s] = e3 * d3 + f3 * c3;
    }
  }
}

/** Any radix, by its definition: for 3 and 5. */
function stage(
  xr: Float64Array,
  xi: Float64Array,
  yr: Float64Array,
  yi: Float64Array,
  cos: Float64Array,
  sin: Float64Array,
  s: number,
  radix: number,
) {
  const n = xr.length;
  const part = n / radix;
  const m = part / s;
  for (let p = 0; p < m; p++) {
    for (let j = 0; j < radix; j++) {
      const c = cos[j * p * s] as number;
      const d = sin[j * p * s] as number;
      for (let q = 0; q < s; q++) {
        let sr = 0;
        let si = 0;
        let a = q + s * p;
        let w = 0;
        for (let k = 0; k < radix; k++) {
          const wr = cos[w] as number;
          const wi = sin[w] as number;
          const ar = xr[a] as number;
          const ai = xi[a] as number;
          sr += ar * wr - ai * wi;
          si += ar * wi + ai * wr;
          a += part;
          w += j * part;
          if (w >= n) w -= n;
        }
        const o = q + s * (radix * p + j);
        yr[o] = sr * c - si * d;
        yi[o] = sr * d + si * c;
      }
    }
  }
}

/** Lengths with other prime factors: a convolution with a chirp, by transforms of the next power of two. */
function bluestein(re: Float64Array, im: Float64Array): void {
  const n = re.length;
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
  dft(aRe, aIm);
  dft(bRe, bIm);
  for (let i = 0; i < m; i++) {
    const r = aRe[i] as number;
    const q = aIm[i] as number;
    aRe[i] = r * (bRe[i] as number) - q * (bIm[i] as number);
    aIm[i] = r * (bIm[i] as number) + q * (bRe[i] as number);
  }
  inverse(aRe, aIm);
  for (let k = 0; k < n; k++) {
    const r = aRe[k] as number;
    const q = aIm[k] as number;
    re[k] = r * (chirpRe[k] as number) - q * (chirpIm[k] as number);
    im[k] = r * (chirpIm[k] as number) + q * (chirpRe[k] as number);
  }
}
