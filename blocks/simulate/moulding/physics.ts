/** Absolute zero, Cel. */
const ZERO = -273.15;
/** Equation of state of polystyrene, Spencer & Gilmore 1949: (p + 27 000 psi)(v − 0.822 cm³/g) = 11.6 psi·cm³/(g·K) · T. */
const PSI = 0.006894757; // MPa
export const COHESION = 27_000 * PSI; // MPa
const COVOLUME = 0.822; // cm3/g
const GAS = 11.6 * PSI; // MPa·cm3/(g·K)
/** Room, Cel. */
const ROOM = 23;

export interface Part {
  /** Wall thickness, mm. */
  readonly wall: number;
  /** Thermal diffusivity, m2/s. */
  readonly diffusivity: number;
  /** Melt, Cel. */
  readonly melt: number;
}

/** Rate at which the first term of the series decays, 1/s: π²α/s². */
const rateOf = (part: Part): number => (Math.PI ** 2 * part.diffusivity) / (part.wall / 1000) ** 2;

/** Seconds until the middle of a plate of the melt's temperature is down at `eject` between walls at `mould` (first term of the series). */
export const coolingTime = (part: Part, mould: number, eject: number): number =>
  Math.log(((4 / Math.PI) * (part.melt - mould)) / (eject - mould)) / rateOf(part);

/** Wall temperature at which cooling takes `seconds`: the inverse of `coolingTime`. */
export function wallOfCooling(part: Part, seconds: number, eject: number): number {
  const k = (Math.PI / 4) * Math.exp(rateOf(part) * seconds);
  return (eject * k - part.melt) / (k - 1);
}

/** Mean temperature of the plate `seconds` after it was filled, Cel (first term). */
export const meanTemperature = (part: Part, mould: number, seconds: number): number =>
  mould + (8 / Math.PI ** 2) * (part.melt - mould) * Math.exp(-rateOf(part) * seconds);

/** cm3/g at `pressure` MPa and `temperature` Cel. */
export const specificVolume = (pressure: number, temperature: number): number =>
  COVOLUME + (GAS * (temperature - ZERO)) / (pressure + COHESION);

/** Pressure in a cavity whose gate froze at `pressure` and `frozen` Cel, when its content has cooled to `temperature`: constant volume, never below 0. */
export const cavityPressure = (pressure: number, frozen: number, temperature: number): number =>
  Math.max(0, ((pressure + COHESION) * (temperature - ZERO)) / (frozen - ZERO) - COHESION);

/** Linear shrinkage from the cavity to the part at room temperature, share: cube root of the ratio of volumes. */
export const shrinkage = (pressure: number, frozen: number): number =>
  1 - Math.cbrt(specificVolume(0, ROOM) / specificVolume(pressure, frozen));
