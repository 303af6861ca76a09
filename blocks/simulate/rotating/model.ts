import { normalAt, uniformAt } from '#blocks/sdk/random.ts';

/**
 * Motor-pump set on a rolling bearing: shaft harmonics, bearing impulses that excite a structural resonance, white noise; and the slow
 * signals beside it. Pure functions over one Float64Array. Impulse model after Randall & Antoni 2011 (impulses with random slip that
 * excite a resonance, load-zone modulation); bearing kinematics are the usual closed forms (README).
 */
export interface Bearing {
  readonly balls: number;
  /** Ball and pitch diameter, same unit. */
  readonly ballDiameter: number;
  readonly pitchDiameter: number;
  /** Contact angle, degrees. */
  readonly contactAngle: number;
}
export const BEARING_6205: Bearing = { balls: 9, ballDiameter: 0.3126, pitchDiameter: 1.537, contactAngle: 0 };

export interface BearingFrequencies {
  /** Ball pass frequency, outer race, Hz. */
  readonly bpfo: number;
  /** Ball pass frequency, inner race, Hz. */
  readonly bpfi: number;
  /** Ball spin frequency, Hz; a ball defect strikes at twice this rate. */
  readonly bsf: number;
  /** Fundamental train (cage) frequency, Hz. */
  readonly ftf: number;
}
/** Frequencies in Hz at `speed` revolutions per minute. */
export function bearingFrequencies(bearing: Bearing, speed: number): BearingFrequencies {
  const shaft = speed / 60;
  const ratio = (bearing.ballDiameter / bearing.pitchDiameter) * Math.cos((bearing.contactAngle * Math.PI) / 180);
  return {
    bpfo: (bearing.balls / 2) * shaft * (1 - ratio),
    bpfi: (bearing.balls / 2) * shaft * (1 + ratio),
    bsf: (bearing.pitchDiameter / (2 * bearing.ballDiameter)) * shaft * (1 - ratio * ratio),
    ftf: (shaft / 2) * (1 - ratio),
  };
}

export const ROTATING_FAULTS = ['none', 'inner', 'outer', 'ball', 'imbalance'] as const;
export type RotatingFault = (typeof ROTATING_FAULTS)[number];

export interface RotatingInputs {
  readonly fault: RotatingFault;
  /** Size of the fault: 1 = clearly visible. */
  readonly severity: number;
  /** Speed at rated load, revolutions per minute. */
  readonly speed: number;
  /** Power of the impulse train over the power of the white noise within 0 to 6 kHz, dB. */
  readonly ratio: number;
  /** 0 = exact, 1 = documented noise of the slow signals. */
  readonly noise: number;
}

export const RESONANCE = 3000; // Hz
/** Decay of the resonance, 1/s: damping ratio 4.8 %. */
const DECAY = 900;
/** Random slip: standard deviation of the distance between two impulses, as a share of the distance. */
export const SLIP = 0.015;
/** Peak acceleration of one impulse at severity 1, m/s2. */
const IMPULSE = 12;
/** Peak velocity of shaft harmonics 1, 2, 3 of a good machine, mm/s: overall 1.10 mm/s RMS. */
const HARMONICS = [1.5, 0.4, 0.15] as const;
/** Added peak velocity at shaft speed for imbalance of severity 1, mm/s. */
const IMBALANCE = 8;
const RATED_POWER = 11; // kW
const AMBIENT = 26; // Cel
const BEARING_TIME_CONSTANT = 1200; // s

const RNG = 0;
const TIME = 1;
const TEMPERATURE = 2;
const LOAD = 3;
const PHASE = 4; // shaft angle at the start of the next wave, revolutions
export const ROTATING_CELLS = 5;

export interface RotatingReadings {
  /** Revolutions per minute. */
  readonly speed: number;
  /** Bearing temperature, Cel. */
  readonly temperature: number;
  /** Active power, kW. */
  readonly power: number;
  /** Vibration velocity, RMS, mm/s. */
  readonly vibration: number;
}

const temperatureAt = (load: number, inputs: RotatingInputs): number => {
  const friction = inputs.fault === 'none' ? 0 : inputs.fault === 'imbalance' ? 6 : 14;
  return AMBIENT + 26 * load + friction * inputs.severity;
};

export function initRotating(x: Float64Array, seed: number, time: number, inputs: RotatingInputs): void {
  x.fill(0);
  x[RNG] = seed | 0;
  x[TIME] = time;
  x[LOAD] = loadAt(time);
  x[TEMPERATURE] = temperatureAt(x[LOAD], inputs);
}

/** Share of the rated load: a pump that follows production, slowly. */
const loadAt = (time: number): number => 0.75 + 0.15 * Math.sin((2 * Math.PI * time) / 3_600_000 / 4);

/** Brings the slow signals to `time` (epoch ms); earlier or equal times change nothing. */
export function advanceRotating(x: Float64Array, time: number, inputs: RotatingInputs): void {
  const dt = (time - (x[TIME] as number)) / 1000;
  if (dt <= 0) return;
  x[TIME] = time;
  x[LOAD] = loadAt(time);
  const target = temperatureAt(x[LOAD], inputs);
  x[TEMPERATURE] = target + ((x[TEMPERATURE] as number) - target) * Math.exp(-dt / BEARING_TIME_CONSTANT);
}

/** Slip of the motor between no load and rated load: 3 % of its synchronous speed at full load. */
const speedAt = (load: number, inputs: RotatingInputs): number => inputs.speed * (1 + 0.03 * (1 - load));

/** RMS velocity of the shaft harmonics and of the impulses' share below 1 kHz (which is small), mm/s. */
export function vibrationOf(inputs: RotatingInputs): number {
  const first = HARMONICS[0] + (inputs.fault === 'imbalance' ? IMBALANCE * inputs.severity : 0);
  const bearing = inputs.fault === 'none' || inputs.fault === 'imbalance' ? 0 : 0.9 * inputs.severity;
  return Math.sqrt((first ** 2 + HARMONICS[1] ** 2 + HARMONICS[2] ** 2) / 2 + bearing ** 2);
}

export function readRotating(x: Float64Array, inputs: RotatingInputs): RotatingReadings {
  const load = x[LOAD] as number;
  const k = inputs.noise;
  return {
    speed: speedAt(load, inputs) + k * normalAt(x, RNG),
    temperature: (x[TEMPERATURE] as number) + 0.1 * k * normalAt(x, RNG),
    power: RATED_POWER * (0.15 + 0.85 * load) * (1 + 0.005 * k * normalAt(x, RNG)),
    vibration: vibrationOf(inputs) * (1 + 0.02 * k * normalAt(x, RNG)),
  };
}

/** Speed that a wave taken now is made with, revolutions per minute. */
export const shaftSpeed = (x: Float64Array, inputs: RotatingInputs): number => speedAt(x[LOAD] as number, inputs);

/**
 * Acceleration at the bearing housing, m/s2: `n` samples at `rate` Hz. `speed` fixes the shaft speed (default: the present one).
 * Without a bearing fault the noise is what it would be beside an impulse train of severity 1.
 */
export function rotatingWave(
  x: Float64Array,
  inputs: RotatingInputs,
  n: number,
  rate: number,
  speed = shaftSpeed(x, inputs),
): Float64Array {
  const wave = new Float64Array(n);
  const shaft = speed / 60;
  const faulty = inputs.fault === 'inner' || inputs.fault === 'outer' || inputs.fault === 'ball';
  const f = bearingFrequencies(BEARING_6205, speed);
  const strikes = inputs.fault === 'inner' ? f.bpfi : inputs.fault === 'ball' ? 2 * f.bsf : f.bpfo;
  const impulsePower = addImpulses(x, wave, rate, strikes, faulty ? inputs : undefined, shaft, f.ftf);

  // shaft harmonics: velocity amplitude mm/s -> acceleration m/s2
  const start = x[PHASE] as number;
  for (let h = 1; h <= 3; h++) {
    const velocity = (HARMONICS[h - 1] as number) + (h === 1 && inputs.fault === 'imbalance' ? IMBALANCE * inputs.severity : 0);
    const omega = 2 * Math.PI * shaft * h;
    const amplitude = (velocity / 1000) * omega;
    for (let i = 0; i < n; i++)
      wave[i] = (wave[i] as number) + amplitude * Math.sin((omega * i) / rate + 2 * Math.PI * h * start);
  }
  x[PHASE] = (start + (shaft * n) / rate) % 1;

  // white noise over the whole band, so that its part within 0 to 6 kHz has the asked ratio
  const sigma = Math.sqrt((impulsePower / 10 ** (inputs.ratio / 10)) * (rate / 2 / 6000));
  for (let i = 0; i < n; i++) wave[i] = (wave[i] as number) + sigma * normalAt(x, RNG);
  return wave;
}

/** Adds the impulse train and returns its mean power (m/s2)^2; without a fault only the power that a train of severity 1 would have. */
function addImpulses(
  x: Float64Array,
  wave: Float64Array,
  rate: number,
  strikes: number,
  inputs: RotatingInputs | undefined,
  shaft: number,
  cage: number,
): number {
  const omega = 2 * Math.PI * RESONANCE;
  // energy of A e^(-d t) sin(w t) over all time: A^2 w^2 / (4 d (d^2 + w^2))
  if (!inputs) return (IMPULSE ** 2 * omega ** 2 * strikes) / (4 * DECAY * (DECAY ** 2 + omega ** 2));
  const n = wave.length;
  const ring = Math.ceil((rate * 10) / DECAY);
  let at = uniformAt(x, RNG) / strikes;
  while (at * rate < n) {
    // an inner race turns through the load zone with the shaft, a ball with the cage; the outer race stands in it
    const zone = inputs.fault === 'inner' ? shaft : inputs.fault === 'ball' ? cage : 0;
    const size = IMPULSE * inputs.severity * (zone > 0 ? 0.6 + 0.4 * Math.cos(2 * Math.PI * zone * at) : 1);
    const first = Math.ceil(at * rate);
    for (let i = first; i < Math.min(n, first + ring); i++) {
      const t = i / rate - at;
      wave[i] = (wave[i] as number) + size * Math.exp(-DECAY * t) * Math.sin(omega * t);
    }
    at += (1 + SLIP * normalAt(x, RNG)) / strikes;
  }
  let power = 0;
  for (let i = 0; i < n; i++) power += (wave[i] as number) ** 2;
  return power / n;
}
