import { amplitudeSpectrum, type Window } from '../spectrum/spectrum.ts';

/**
 * RMS of the velocity within a band, from a waveform of acceleration (m/s²): every line is integrated by dividing by 2πf; mm/s.
 * Integrating in the spectrum leaves out what lies below the band, which an integration in time would drift on.
 */
export function velocityRms(acceleration: ArrayLike<number>, rate: number, from: number, to: number, window: Window): number {
  const s = amplitudeSpectrum(acceleration, rate, window);
  const first = Math.max(1, Math.ceil(from / s.resolution - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(to / s.resolution + 1e-9));
  let sum = 0;
  for (let k = first; k <= last; k++) sum += ((s.amplitude[k] as number) / (2 * Math.PI * k * s.resolution)) ** 2;
  return 1000 * Math.sqrt(sum / 2 / s.noiseBandwidth);
}
