import { normalAt } from '#blocks/sdk/random.ts';

/**
 * Compressed-air station: fixed-speed units A and B, variable-speed unit C, one header with receivers.
 * Pure functions over one Float64Array, so that the block, the demo plants and the history share the same physics and the same checkpoint.
 *
 * Sources: unit curves, demand table and dispatch rule are the published demo instance (README). Pressure effects follow the US DOE
 * *Improving Compressed Air System Performance: A Sourcebook for Industry*: about 1 % power per 2 psi of discharge pressure
 * (7.25 % per bar), and unregulated ("artificial") demand that grows with the absolute header pressure.
 */
export const UNIT_A = { capacity: 13, load: 82, unload: 24 } as const;
export const UNIT_B = { capacity: 10, load: 62, unload: 18 } as const;
export const UNIT_C = { least: 4, most: 16 } as const;
export const STATION_CAPACITY = UNIT_A.capacity + UNIT_B.capacity + UNIT_C.most;

/** Free-air demand by hour of the site's day, m3/min. */
export const DEMAND_BY_HOUR: readonly number[] = [
  9, 9, 9, 9, 9, 12, 16, 22, 27, 30, 31, 30, 24, 28, 31, 31, 29, 26, 21, 17, 14, 12, 10, 9,
];

/** Ambient pressure, bar(a). */
const AMBIENT_PRESSURE = 1.013;
/** Gauge pressure at which curves and demand table hold, bar. */
export const REFERENCE_PRESSURE = 7;
/** Power per bar of discharge pressure above the reference: 1 % per 2 psi = 1 % per 0.1379 bar. */
export const POWER_PER_BAR = 0.0725;
/** Share of the demand that is unregulated and follows absolute pressure. */
export const UNREGULATED_SHARE = 0.4;
/** Receivers and pipes, m3. */
const VOLUME = 12;
/** Time constant of the pressure control, s. */
export const PRESSURE_TIME_CONSTANT = 45;
/** Safety valve, bar(g). */
export const RELIEF_PRESSURE = 9.5;
/** Suction filter: pressure drop at rated flow, mbar; clean and clogged (a service limit is typically 50–60 mbar). */
const FILTER_CLEAN = 12;
const FILTER_CLOGGED = 75;
const OIL_TIME_CONSTANT = 900;
const WINDING_TIME_CONSTANT = 1800;
/** Relative short-term variation of the demand and its correlation time, s. */
const DEMAND_VARIATION = 0.03;
const DEMAND_CORRELATION = 120;
/** Longest integration step, s. Without saturation the pressure is exact for any step. */
const LONGEST_STEP = 10;

export interface StationFaults {
  /** Extra leak at the reference pressure, m3/min. */
  readonly leak: number;
  /** The intake valve of unit A no longer closes: A delivers full flow whatever is asked. */
  readonly stuckValve: boolean;
  /** The header pressure transmitter is frozen. */
  readonly sensorFault: boolean;
  /** The suction filter of unit A is clogged. */
  readonly cloggedFilter: boolean;
}
export const NO_FAULTS: StationFaults = { leak: 0, stuckValve: false, sensorFault: false, cloggedFilter: false };

export interface StationInputs extends StationFaults {
  /** Header pressure asked for, bar(g). */
  readonly setpoint: number;
  /** 0 = exact curves, 1 = the documented variation and meter noise. */
  readonly noise: number;
  /** Site clock minus UTC, hours. */
  readonly utcOffset: number;
}

/** What the station's instruments show. Flow m3/min free air, power kW, pressure bar(g), temperature Cel, filter mbar. */
export interface StationReadings {
  readonly pressure: number;
  /** False while the pressure transmitter is frozen: an honest driver then says `bad:sensor-fault`. */
  readonly pressureOk: boolean;
  readonly flow: number;
  readonly power: number;
  readonly powerA: number;
  readonly powerB: number;
  readonly powerC: number;
  readonly flowC: number;
  readonly oilA: number;
  readonly oilB: number;
  readonly oilC: number;
  readonly windingA: number;
  readonly filterA: number;
  readonly ambient: number;
  /** kWh since the start. */
  readonly energy: number;
}

/** What only a check may see: never given to an app. */
export interface StationTruth {
  readonly pressure: number;
  readonly demand: number;
  readonly supply: number;
  readonly leak: number;
  readonly power: number;
  readonly energy: number;
}

/** Cells of the state array. */
const RNG = 0;
const TIME = 1; // epoch ms
const PRESSURE = 2;
const VARIATION = 3; // demand noise, standard normal
const ENERGY = 4; // kWh
const OIL_A = 5;
const OIL_B = 6;
const OIL_C = 7;
const WINDING = 8;
const SUPPLY = 9;
const DEMAND = 10;
const FLOW_A = 11;
const FLOW_B = 12;
const FLOW_C = 13;
const POWER_A = 14;
const POWER_B = 15;
const POWER_C = 16;
const SHOWN = 17; // last reading of the pressure transmitter
const FILTER = 18;
const LEAK = 19;
export const STATION_CELLS = 20;

/** Starts at `time` (epoch ms) in balance at the set-point. `x` has `STATION_CELLS` cells. */
export function initStation(x: Float64Array, seed: number, time: number, inputs: StationInputs): void {
  x.fill(0);
  x[RNG] = seed | 0;
  x[PRESSURE] = inputs.setpoint;
  x[SHOWN] = inputs.setpoint;
  const ambient = ambientAt(time, inputs.utcOffset);
  for (const cell of [OIL_A, OIL_B]) x[cell] = ambient + 45;
  x[OIL_C] = ambient;
  x[WINDING] = ambient + 50;
  stepStation(x, time, 1, inputs); // flows and powers of the first moment
  x[ENERGY] = 0;
  x[TIME] = time;
}

/** Hour of the site's day, 0 to 24. */
const hourAt = (time: number, utcOffset: number): number => {
  const hours = time / 3_600_000 + utcOffset;
  return hours - Math.floor(hours / 24) * 24;
};
/** Compressor room: coolest at 04:00, warmest at 16:00. */
export const ambientAt = (time: number, utcOffset: number): number =>
  26 - 6 * Math.cos((2 * Math.PI * (hourAt(time, utcOffset) - 4)) / 24);

/** Baseline dispatch of a total flow: [A, B, C] in m3/min. A and B are always on; C runs above 23. */
export function dispatch(flow: number): readonly [number, number, number] {
  const fixed = UNIT_A.capacity + UNIT_B.capacity;
  const c = flow > fixed ? Math.min(UNIT_C.most, Math.max(UNIT_C.least, flow - fixed)) : 0;
  const a = Math.min(UNIT_A.capacity, flow - c);
  return [a, Math.min(UNIT_B.capacity, flow - c - a), c];
}

interface FixedUnit {
  readonly capacity: number;
  readonly load: number;
  readonly unload: number;
}
/** A fixed-speed unit cycles: loaded for the share q/capacity of the time (at a power that follows pressure), unloaded for the rest. */
const fixedPower = (unit: FixedUnit, q: number, factor: number): number =>
  unit.unload + ((unit.load * factor - unit.unload) * q) / unit.capacity;
/** The variable-speed unit; off = 0. */
const variablePower = (q: number, factor: number): number => (q > 0 ? (14 + 5.4 * q + 0.02 * q * q) * factor : 0);

const relaxed = (from: number, to: number, dt: number, constant: number): number => to + (from - to) * Math.exp(-dt / constant);

/** Brings the station to `time` (epoch ms); earlier or equal times change nothing. */
export function advanceStation(x: Float64Array, time: number, inputs: StationInputs): void {
  let at = x[TIME] as number;
  while (at < time) {
    // no step crosses an hour, where the demand table jumps
    const hourEnd = (Math.floor(at / 3_600_000) + 1) * 3_600_000;
    const next = Math.min(time, hourEnd, at + LONGEST_STEP * 1000);
    stepStation(x, at, (next - at) / 1000, inputs);
    at = next;
  }
  x[TIME] = at;
  if (!inputs.sensorFault) x[SHOWN] = (x[PRESSURE] as number) + 0.01 * inputs.noise * normalAt(x, RNG);
}

function stepStation(x: Float64Array, at: number, dt: number, inputs: StationInputs): void {
  const pressure = x[PRESSURE] as number;
  const memory = Math.exp(-dt / DEMAND_CORRELATION);
  x[VARIATION] = (x[VARIATION] as number) * memory + Math.sqrt(1 - memory * memory) * normalAt(x, RNG);

  // demand: the regulated share is constant, the unregulated share and leaks are orifices
  const absolute = (pressure + AMBIENT_PRESSURE) / (REFERENCE_PRESSURE + AMBIENT_PRESSURE);
  const table = DEMAND_BY_HOUR[Math.floor(hourAt(at, inputs.utcOffset))] ?? 0;
  const used = table * (1 + DEMAND_VARIATION * inputs.noise * (x[VARIATION] as number));
  const leak = inputs.leak * absolute;
  const demand = used * (1 - UNREGULATED_SHARE + UNREGULATED_SHARE * absolute) + leak;

  // supply: what brings the header towards the set-point with the time constant, as far as the units reach
  const barPerFlow = (AMBIENT_PRESSURE * dt) / 60 / VOLUME;
  const wanted = demand + ((inputs.setpoint - pressure) * (1 - Math.exp(-dt / PRESSURE_TIME_CONSTANT))) / barPerFlow;
  const split = dispatch(Math.min(STATION_CAPACITY, Math.max(0, wanted)));
  const a = inputs.stuckValve ? UNIT_A.capacity : split[0];
  const b = split[1];
  const c = split[2];
  const supply = a + b + c;
  x[PRESSURE] = Math.min(RELIEF_PRESSURE, Math.max(0, pressure + (supply - demand) * barPerFlow));

  // a throttled suction delivers less mass a stroke: the unit is loaded for longer, by the ratio of densities
  const drop = (inputs.cloggedFilter ? FILTER_CLOGGED : FILTER_CLEAN) * (a / UNIT_A.capacity) ** 2;
  const density = inputs.cloggedFilter ? 1 - (drop - FILTER_CLEAN * (a / UNIT_A.capacity) ** 2) / (AMBIENT_PRESSURE * 1000) : 1;
  const factor = 1 + POWER_PER_BAR * (pressure - REFERENCE_PRESSURE);
  x[POWER_A] = fixedPower(UNIT_A, a / density, factor);
  x[POWER_B] = fixedPower(UNIT_B, b, factor);
  x[POWER_C] = variablePower(c, factor);
  x[ENERGY] = (x[ENERGY] as number) + ((x[POWER_A] as number) + (x[POWER_B] as number) + (x[POWER_C] as number)) * (dt / 3600);
  x[FLOW_A] = a;
  x[FLOW_B] = b;
  x[FLOW_C] = c;
  x[SUPPLY] = supply;
  x[DEMAND] = demand;
  x[FILTER] = drop;
  x[LEAK] = leak;

  const ambient = ambientAt(at, inputs.utcOffset);
  const shareA = a / UNIT_A.capacity;
  const clogged = inputs.cloggedFilter ? 9 : 0;
  x[OIL_A] = relaxed(x[OIL_A] as number, ambient + 40 + 14 * shareA * factor + clogged, dt, OIL_TIME_CONSTANT);
  x[OIL_B] = relaxed(x[OIL_B] as number, ambient + 40 + 14 * (b / UNIT_B.capacity) * factor, dt, OIL_TIME_CONSTANT);
  x[OIL_C] = relaxed(x[OIL_C] as number, c > 0 ? ambient + 38 + 14 * (c / UNIT_C.most) * factor : ambient, dt, OIL_TIME_CONSTANT);
  const heat = (x[POWER_A] as number) / UNIT_A.load;
  x[WINDING] = relaxed(x[WINDING] as number, ambient + 70 * heat * heat, dt, WINDING_TIME_CONSTANT);
}

/** Instrument readings now; draws from the generator for meter noise (none at noise 0). */
export function readStation(x: Float64Array, inputs: StationInputs): StationReadings {
  const k = inputs.noise;
  const powerA = (x[POWER_A] as number) * (1 + 0.005 * k * normalAt(x, RNG));
  const powerB = (x[POWER_B] as number) * (1 + 0.005 * k * normalAt(x, RNG));
  const powerC = (x[POWER_C] as number) * (1 + 0.005 * k * normalAt(x, RNG));
  const flow = (x[SUPPLY] as number) * (1 + 0.01 * k * normalAt(x, RNG));
  const thermal = 0.1 * k * normalAt(x, RNG);
  return {
    pressure: x[SHOWN] as number,
    pressureOk: !inputs.sensorFault,
    flow,
    power: powerA + powerB + powerC,
    powerA,
    powerB,
    powerC,
    flowC: x[FLOW_C] as number,
    oilA: (x[OIL_A] as number) + thermal,
    oilB: (x[OIL_B] as number) - thermal,
    oilC: (x[OIL_C] as number) + thermal / 2,
    windingA: (x[WINDING] as number) + thermal,
    filterA: x[FILTER] as number,
    ambient: ambientAt(x[TIME] as number, inputs.utcOffset),
    energy: x[ENERGY] as number,
  };
}

export const truthOfStation = (x: Float64Array): StationTruth => ({
  pressure: x[PRESSURE] as number,
  demand: x[DEMAND] as number,
  supply: x[SUPPLY] as number,
  leak: x[LEAK] as number,
  power: (x[POWER_A] as number) + (x[POWER_B] as number) + (x[POWER_C] as number),
  energy: x[ENERGY] as number,
});
