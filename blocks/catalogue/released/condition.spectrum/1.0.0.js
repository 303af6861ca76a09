// blocks/condition/spectrum/block.ts
import { defineBlock, field, frame, number, same, wave, z } from "#blocks/sdk/index.ts";

// blocks/condition/spectrum/transform.ts
var RADICES = [4, 2, 3, 5];
function factorsOf(n) {
  const factors = [];
  let rest = n;
  for (const radix of RADICES) {
    while (rest % radix === 0) {
      factors.push(radix);
      rest /= radix;
    }
  }
  return rest === 1 ? factors : void 0;
}
function dft(re, im) {
  if (re.length < 2) return;
  const factors = factorsOf(re.length);
  if (factors) stockham(re, im, factors);
  else bluestein(re, im);
}
function inverse(re, im) {
  const n = re.length;
  for (let i = 0; i < n; i++) im[i] = -im[i];
  dft(re, im);
  for (let i = 0; i < n; i++) {
    re[i] = re[i] / n;
    im[i] = -im[i] / n;
  }
}
function stockham(re, im, factors) {
  const n = re.length;
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    cos[i] = Math.cos(2 * Math.PI * i / n);
    sin[i] = -Math.sin(2 * Math.PI * i / n);
  }
  let fromRe = re;
  let fromIm = im;
  let toRe = new Float64Array(n);
  let toIm = new Float64Array(n);
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
function stage2(xr, xi, yr, yi, cos, sin, s) {
  const half = xr.length / 2;
  const m = half / s;
  for (let p = 0; p < m; p++) {
    const c = cos[p * s];
    const d = sin[p * s];
    for (let q = 0; q < s; q++) {
      const a = q + s * p;
      const b = a + half;
      const o = q + 2 * s * p;
      const ar = xr[a];
      const ai = xi[a];
      const br = xr[b];
      const bi = xi[b];
      yr[o] = ar + br;
      yi[o] = ai + bi;
      const tr = ar - br;
      const ti = ai - bi;
      yr[o + s] = tr * c - ti * d;
      yi[o + s] = tr * d + ti * c;
    }
  }
}
function stage4(xr, xi, yr, yi, cos, sin, s) {
  const quarter = xr.length / 4;
  const m = quarter / s;
  for (let p = 0; p < m; p++) {
    const c1 = cos[p * s];
    const d1 = sin[p * s];
    const c2 = cos[2 * p * s];
    const d2 = sin[2 * p * s];
    const c3 = cos[3 * p * s];
    const d3 = sin[3 * p * s];
    for (let q = 0; q < s; q++) {
      const a = q + s * p;
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const o = q + 4 * s * p;
      const sr = xr[a] + xr[c];
      const si = xi[a] + xi[c];
      const tr = xr[a] - xr[c];
      const ti = xi[a] - xi[c];
      const ur = xr[b] + xr[d];
      const ui = xi[b] + xi[d];
      const vr = xi[b] - xi[d];
      const vi = xr[d] - xr[b];
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
function stage(xr, xi, yr, yi, cos, sin, s, radix) {
  const n = xr.length;
  const part = n / radix;
  const m = part / s;
  for (let p = 0; p < m; p++) {
    for (let j = 0; j < radix; j++) {
      const c = cos[j * p * s];
      const d = sin[j * p * s];
      for (let q = 0; q < s; q++) {
        let sr = 0;
        let si = 0;
        let a = q + s * p;
        let w = 0;
        for (let k = 0; k < radix; k++) {
          const wr = cos[w];
          const wi = sin[w];
          const ar = xr[a];
          const ai = xi[a];
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
function bluestein(re, im) {
  const n = re.length;
  let m = 1;
  while (m < 2 * n - 1) m <<= 1;
  const chirpRe = new Float64Array(n);
  const chirpIm = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const angle = Math.PI * (k * k % (2 * n)) / n;
    chirpRe[k] = Math.cos(angle);
    chirpIm[k] = -Math.sin(angle);
  }
  const aRe = new Float64Array(m);
  const aIm = new Float64Array(m);
  const bRe = new Float64Array(m);
  const bIm = new Float64Array(m);
  for (let k = 0; k < n; k++) {
    const c = chirpRe[k];
    const s = chirpIm[k];
    aRe[k] = re[k] * c - im[k] * s;
    aIm[k] = re[k] * s + im[k] * c;
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
    const r = aRe[i];
    const q = aIm[i];
    aRe[i] = r * bRe[i] - q * bIm[i];
    aIm[i] = r * bIm[i] + q * bRe[i];
  }
  inverse(aRe, aIm);
  for (let k = 0; k < n; k++) {
    const r = aRe[k];
    const q = aIm[k];
    re[k] = r * chirpRe[k] - q * chirpIm[k];
    im[k] = r * chirpIm[k] + q * chirpRe[k];
  }
}

// blocks/condition/spectrum/spectrum.ts
var COSINES = {
  none: [1],
  hann: [0.5, -0.5],
  "flat-top": [0.21557895, -0.41663158, 0.277263158, -0.083578947, 6947368e-9]
};
function amplitudeSpectrum(values, rate, window) {
  const n = values.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const mean = meanOf(values);
  const cosines = COSINES[window];
  let gain = 0;
  let power = 0;
  for (let i = 0; i < n; i++) {
    let w = 0;
    for (let c = 0; c < cosines.length; c++) w += cosines[c] * Math.cos(2 * Math.PI * c * i / n);
    re[i] = (values[i] - mean) * w;
    gain += w;
    power += w * w;
  }
  dft(re, im);
  const lines = Math.floor(n / 2) + 1;
  const amplitude = new Float64Array(lines);
  for (let k = 0; k < lines; k++) {
    const sides = k === 0 || 2 * k === n ? 1 : 2;
    amplitude[k] = sides * Math.hypot(re[k], im[k]) / gain;
  }
  return { resolution: rate / n, amplitude, noiseBandwidth: n * power / (gain * gain) };
}
function envelope(values, rate, from, to) {
  const n = values.length;
  const re = Float64Array.from(values);
  const im = new Float64Array(n);
  dft(re, im);
  for (let k = 0; k < n; k++) {
    const hertz = k * rate / n;
    const inside = k > 0 && 2 * k < n && hertz >= from && hertz <= to;
    re[k] = inside ? 2 * re[k] : 0;
    im[k] = inside ? 2 * im[k] : 0;
  }
  inverse(re, im);
  for (let i = 0; i < n; i++) re[i] = Math.hypot(re[i], im[i]);
  return re;
}
function linesWithin(s, from, to, most) {
  const first = Math.max(0, Math.ceil(from / s.resolution - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(to / s.resolution + 1e-9));
  const total = Math.max(0, last - first + 1);
  const n = Math.min(total, most);
  const frequency = new Float64Array(n);
  const amplitude = new Float64Array(n);
  for (let g = 0; g < n; g++) {
    let best = first + Math.floor(g * total / n);
    const end = first + Math.floor((g + 1) * total / n);
    for (let k = best + 1; k < end; k++) if (s.amplitude[k] > s.amplitude[best]) best = k;
    frequency[g] = best * s.resolution;
    amplitude[g] = s.amplitude[best];
  }
  return { frequency, amplitude };
}
function rmsWithin(s, from, to) {
  let sum = 0;
  const first = Math.max(1, Math.ceil(from / s.resolution - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(to / s.resolution + 1e-9));
  for (let k = first; k <= last; k++) sum += s.amplitude[k] ** 2;
  return Math.sqrt(sum / 2 / s.noiseBandwidth);
}
function meanOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

// blocks/condition/spectrum/block.ts
var block_default = defineBlock({
  id: "condition.spectrum",
  version: "1.0.0",
  title: { en: "Spectrum", zh: "频谱" },
  summary: {
    en: "Amplitude spectrum of a waveform, or of its envelope within a band; also its strongest line and RMS.",
    zh: "计算波形或其频带包络的幅值谱，并给出最强谱线和有效值。"
  },
  words: { en: "fft fourier frequency vibration envelope bearing", zh: "傅里叶 频率 振动 包络 轴承" },
  icon: "wave-sine",
  reference: "ISO 18431-2 (windows); ISO 13373-2 (vibration spectra); Randall & Antoni 2011 (envelope)",
  params: z.object({
    mode: field(z.enum(["amplitude", "envelope"]).default("amplitude"), {
      title: { en: "Of", zh: "对象" },
      options: { amplitude: { en: "the waveform", zh: "波形" }, envelope: { en: "its envelope", zh: "包络" } }
    }),
    window: field(z.enum(["hann", "flat-top", "none"]).default("hann"), {
      title: { en: "Window", zh: "窗函数" },
      options: {
        hann: { en: "Hann", zh: "汉宁窗" },
        "flat-top": { en: "Flat top (amplitudes)", zh: "平顶窗（幅值准确）" },
        none: { en: "None", zh: "不加窗" }
      }
    }),
    from: field(z.number().min(0).default(0), { title: { en: "From", zh: "起始频率" }, unit: "Hz" }),
    to: field(z.number().positive().default(1e4), { title: { en: "To", zh: "终止频率" }, unit: "Hz" }),
    lines: field(z.number().int().min(2).max(2e5).default(1e3), {
      title: { en: "Most lines given", zh: "最多输出谱线数" },
      help: {
        en: "Of more lines, the strongest of each group of neighbours is given at its own frequency.",
        zh: "谱线更多时，每组相邻谱线只给出最强的一条及其频率。"
      }
    }),
    bandFrom: field(z.number().min(0).default(2e3), { title: { en: "Envelope band from", zh: "包络频带下限" }, unit: "Hz" }),
    bandTo: field(z.number().positive().default(4e3), { title: { en: "Envelope band to", zh: "包络频带上限" }, unit: "Hz" })
  }).refine((p) => p.from < p.to, { message: "the band ends before it begins", path: ["to"] }).refine((p) => p.bandFrom < p.bandTo, { message: "the envelope band ends before it begins", path: ["bandTo"] }),
  carry: "none",
  badQuality: "skip",
  input: { wave: wave() },
  outputs: {
    out: frame({ frequency: number("Hz"), amplitude: number(same("wave")) }),
    strongest: { frequency: number("Hz"), amplitude: number(same("wave")), rms: number(same("wave")) }
  },
  each(row, _s, p) {
    const values = row.wave.values;
    if (values.length < 8) throw new RangeError(`the waveform has ${values.length} samples: a spectrum needs at least 8`);
    const rate = row.wave.rate;
    const spectrum = amplitudeSpectrum(
      p.mode === "envelope" ? envelope(values, rate, p.bandFrom, p.bandTo) : values,
      rate,
      p.window
    );
    const lines = linesWithin(spectrum, p.from, p.to, p.lines);
    if (lines.frequency.length === 0) {
      throw new RangeError(`no line lies from ${p.from} to ${p.to} Hz: this waveform reaches ${rate / 2} Hz`);
    }
    let best = 0;
    for (let i = 1; i < lines.amplitude.length; i++)
      if (lines.amplitude[i] > lines.amplitude[best]) best = i;
    return {
      out: { frequency: lines.frequency, amplitude: lines.amplitude },
      strongest: {
        frequency: lines.frequency[best],
        amplitude: lines.amplitude[best],
        rms: rmsWithin(spectrum, p.from, p.to)
      }
    };
  }
});
export {
  block_default as default
};
