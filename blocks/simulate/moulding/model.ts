import { normalAt } from '#blocks/sdk/random.ts';
import { cavityPressure, coolingTime, meanTemperature, type Part, shrinkage, specificVolume } from './physics.ts';

/**
 * An injection-moulding machine, shot by shot. Pure functions over one Float64Array. What a shot will be is drawn when it begins, so that rows that
 * come in between change nothing.
 */
export const MOULDING_FAULTS = ['none', 'wall', 'handling', 'weight'] as const;
export type MouldingFault = (typeof MOULDING_FAULTS)[number];

export interface MouldingInputs extends Part {
  /** Mould wall asked for, Cel. */
  readonly mould: number;
  /** Correction of the shot quality (feed-forward), in units of the quality. */
  readonly correction: number;
  /** Cel at which the middle is cold enough. */
  readonly eject: number;
  /** s; `noise` is the standard deviation of the cycle. */
  readonly fill: number;
  readonly pack: number;
  readonly handling: number;
  readonly noise: number;
  /** MPa. */
  readonly packPressure: number;
  /** g, and its standard deviation. */
  readonly weight: number;
  readonly weightNoise: number;
  /** Shots of a lot of raw material. */
  readonly lot: number;
  readonly lotNoise: number;
  /** Quality = effect · viscosity + own noise − correction. */
  readonly effect: number;
  readonly ownNoise: number;
  readonly tolerance: number;
  readonly fault: MouldingFault;
  /** First shot with the fault, from 1. */
  readonly faultShot: number;
  /** Wall: Cel a shot, and at most. */
  readonly drift: number;
  readonly driftMost: number;
  /** s more. */
  readonly slower: number;
  /** Weight: more by so many standard deviations. */
  readonly heavier: number;
}

// cells
const RNG = 0;
const END = 1; // epoch ms of the end of the shot under way
const SHOT = 2;
const VISCOSITY = 3;
const LOT_VALUE = 4; // what the laboratory says of the lot
const WALL = 5;
const COOLING = 6;
const HANDLING = 7;
const WEIGHT = 8;
const QUALITY = 9;
const MELT = 10;
const LOT = 11;
const SWITCH = 12; // MPa at the end of filling
export const MOULDING_CELLS = 13;

const get = (x: Float64Array, at: number): number => x[at] as number;

/** Begins the first shot at `time` (epoch ms). */
export function initMoulding(x: Float64Array, seed: number, time: number, inputs: MouldingInputs): void {
  x.fill(0);
  x[RNG] = seed | 0;
  x[END] = time;
  beginShot(x, inputs);
}

/** End of the shot under way, epoch ms. */
export const shotEnd = (x: Float64Array): number => get(x, END);

/** The next shot, which begins where the last ended. Draws: viscosity and its measurement (new lot), quality, cycle, weight, melt. */
export function beginShot(x: Float64Array, inputs: MouldingInputs): void {
  const shot = get(x, SHOT) + 1;
  x[SHOT] = shot;
  if ((shot - 1) % inputs.lot === 0) {
    x[LOT] = get(x, LOT) + 1;
    x[VISCOSITY] = normalAt(x, RNG);
    x[LOT_VALUE] = get(x, VISCOSITY) + inputs.lotNoise * normalAt(x, RNG);
  }
  const [own, late, heavy, warm] = [normalAt(x, RNG), normalAt(x, RNG), normalAt(x, RNG), normalAt(x, RNG)];
  const since = shot >= inputs.faultShot ? shot - inputs.faultShot + 1 : 0;
  const fault = since > 0 ? inputs.fault : 'none';
  const wall = inputs.mould + (fault === 'wall' ? Math.min(inputs.driftMost, inputs.drift * since) : 0);
  x[WALL] = wall;
  x[COOLING] = coolingTime(inputs, wall, inputs.eject) + inputs.noise * late;
  x[HANDLING] = inputs.handling + (fault === 'handling' ? inputs.slower : 0);
  x[MELT] = inputs.melt + 0.5 * warm * (inputs.noise > 0 ? 1 : 0);
  x[QUALITY] = inputs.effect * get(x, VISCOSITY) + inputs.ownNoise * own - inputs.correction;
  x[SWITCH] = 0.5 * inputs.packPressure * Math.max(0.2, 1 + 0.1 * get(x, VISCOSITY));
  // the cavity holds what fits at the pressure and temperature at which the gate freezes
  const nominal = specificVolume(inputs.packPressure, meanTemperature(inputs, inputs.mould, inputs.pack));
  const frozen = specificVolume(inputs.packPressure, meanTemperature(inputs, wall, inputs.pack));
  x[WEIGHT] = (inputs.weight * nominal) / frozen + inputs.weightNoise * (heavy + (fault === 'weight' ? inputs.heavier : 0));
  x[END] = get(x, END) + (inputs.fill + inputs.pack + get(x, COOLING) + get(x, HANDLING)) * 1000;
}

/** What the machine's control says of the shot under way, and what only a check may see. */
export function readShot(x: Float64Array, inputs: MouldingInputs) {
  const [cooling, handling, wall] = [get(x, COOLING), get(x, HANDLING), get(x, WALL)];
  const cycle = inputs.fill + inputs.pack + cooling + handling;
  const faulty = get(x, SHOT) >= inputs.faultShot;
  return {
    measured: {
      shot: get(x, SHOT),
      cycle,
      fill: inputs.fill,
      pack: inputs.pack,
      cooling,
      handling,
      mould: inputs.mould, // the sensor sits in the coolant
      melt: get(x, MELT),
      pressure: Math.max(get(x, SWITCH), inputs.packPressure),
      weight: get(x, WEIGHT),
      energy: energyOf(inputs, get(x, WEIGHT), cycle),
      lot: get(x, LOT),
      lotViscosity: get(x, LOT_VALUE),
      quality: get(x, QUALITY),
    },
    truth: {
      shot: get(x, SHOT),
      wall,
      viscosity: get(x, VISCOSITY),
      good: Math.abs(get(x, QUALITY)) <= inputs.tolerance,
      shrinkage: shrinkage(inputs.packPressure, meanTemperature(inputs, wall, inputs.pack)),
      fault: faulty ? inputs.fault : ('none' as const),
    },
  };
}

/** kW.h of a shot: melt heated from 20 Cel at 2 kJ/(kg·K) with 70 %, drives 6 kW while filling and packing and 2.5 kW else. */
function energyOf(inputs: MouldingInputs, grams: number, cycle: number): number {
  const heat = ((grams / 1000) * 2 * (inputs.melt - 20)) / 0.7;
  const driven = inputs.fill + inputs.pack;
  return (heat + 6 * driven + 2.5 * (cycle - driven)) / 3600;
}

/** Cavity pressure of the shot under way, MPa, from the beginning of filling to the opening of the mould, at `rate` Hz. */
export function pressureCurve(x: Float64Array, inputs: MouldingInputs, rate: number): Float32Array {
  const closed = inputs.fill + inputs.pack + get(x, COOLING);
  const n = Math.max(1, Math.floor(closed * rate) + 1);
  const wall = get(x, WALL);
  const frozen = meanTemperature(inputs, wall, inputs.pack);
  const held = packed(x, inputs, inputs.pack);
  return Float32Array.from({ length: n }, (_, i) => {
    const t = i / rate;
    if (t <= inputs.fill) return get(x, SWITCH) * (t / inputs.fill) ** 2;
    const cooled = t - inputs.fill;
    if (cooled <= inputs.pack) return packed(x, inputs, cooled);
    return cavityPressure(held, frozen, meanTemperature(inputs, wall, cooled));
  });
}
/** From the pressure at the switch-over to the pack pressure with 0.3 s. */
const packed = (x: Float64Array, inputs: MouldingInputs, seconds: number): number =>
  inputs.packPressure + (get(x, SWITCH) - inputs.packPressure) * Math.exp(-seconds / 0.3);
