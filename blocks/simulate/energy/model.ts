import { normalAt, uniformAt } from '#blocks/sdk/random.ts';

/**
 * The utilities of a site: electricity with a battery, water, gas for process and heating, and the stack of its boiler. Pure functions over one
 * Float64Array; counters only grow.
 */
export const SITE_FAULTS = ['none', 'base-load', 'water-leak', 'burner', 'false-air'] as const;
export type SiteFault = (typeof SITE_FAULTS)[number];

/** Published demo day, kW by hour of the site's clock. */
export const LOAD_BY_HOUR: readonly number[] = [
  300, 290, 285, 280, 285, 310, 380, 520, 760, 900, 960, 940, 700, 820, 930, 950, 910, 840, 640, 560, 500, 430, 370, 320,
];
const HIGHEST = 960;
const HOURS = 3_600_000;

export interface SiteInputs {
  /** Battery: kW asked, charging above 0. */
  readonly battery: number;
  /** kW of load switched off. */
  readonly shed: number;
  /** 0 = exact, 1 = 1 % load, 2 % water and stack. */
  readonly noise: number;
  readonly utcOffset: number;
  /** Load at weekends as a share. */
  readonly weekend: number;
  readonly fault: SiteFault;
  /** kW or m3/h, by the fault. */
  readonly size: number;
}

/** Battery: kW.h it holds and never goes below, kW either way, efficiency of charging and of discharging. */
export const BATTERY = { capacity: 600, least: 60, power: 200, oneWay: Math.sqrt(0.9) } as const;
/** Heating: kW per K below the base temperature, Cel; process heat at full load, kW; boiler efficiency; kW.h of a m3 of gas. */
export const HEAT = { perKelvin: 12, base: 16, process: 400, efficiency: 0.92, gas: 10 } as const;
/** Dry flue gas of a m3 of methane without excess air, m3: CH4 + 2 O2 + 7.52 N2 → CO2 + 7.52 N2 (+ water). */
export const FLUE = 1 + 2 * 3.76;
/** Oxygen of air and of the reference, %; NOx at the reference, mg/m3, and with a faulty burner; O2 of the burner and with false air, %. */
export const STACK = { air: 21, reference: 3.5, nox: 60, faulty: 180, oxygen: 3.5, falseAir: 6.2 } as const;

// cells
const RNG = 0;
const TIME = 1;
const VARIATION = 2;
const SOC = 3;
const ENERGY = 4;
const WATER = 5;
const GAS = 6;
const PRODUCTION = 7;
const LOAD = 8; // kW without the battery
const FLOWING = 9; // kW into the battery
const WATER_FLOW = 10;
const GAS_FLOW = 11;
const OUTDOORS = 12;
const OUTPUT = 13; // t/h
const DEGREES = 14; // K·h below the base
export const SITE_CELLS = 15;
const get = (x: Float64Array, at: number): number => x[at] as number;

export function initSite(x: Float64Array, seed: number, time: number, soc: number, inputs: SiteInputs): void {
  x.fill(0);
  x[RNG] = seed | 0;
  x[SOC] = soc;
  step(x, time, 0, inputs);
  x[TIME] = time;
}

const siteHours = (time: number, utcOffset: number): number => time / HOURS + utcOffset;

/** Coldest on 20 January and at four in the morning: 14 − 13 cos(year) − 4 cos(day), Cel. */
export function outdoorsAt(time: number, utcOffset: number): number {
  const hours = siteHours(time, utcOffset);
  const days = hours / 24 - 19; // since 20 January 1970
  return 14 - 13 * Math.cos((2 * Math.PI * days) / 365.2425) - 4 * Math.cos((2 * Math.PI * (hours - 4)) / 24);
}

/** Load of the published day at a moment, kW; 1 January 1970 was a Thursday. */
export function tableAt(time: number, inputs: SiteInputs): number {
  const hours = Math.floor(siteHours(time, inputs.utcOffset));
  const weekday = (((Math.floor(hours / 24) + 3) % 7) + 7) % 7;
  const load = LOAD_BY_HOUR[((hours % 24) + 24) % 24] as number;
  return weekday >= 5 ? load * inputs.weekend : load;
}

/** Brings the site to `time`; earlier or equal times change nothing. No step crosses an hour, where the table jumps, or is longer than a minute. */
export function advanceSite(x: Float64Array, time: number, inputs: SiteInputs): void {
  while (get(x, TIME) < time) {
    const at = get(x, TIME);
    const next = Math.min(time, (Math.floor(at / HOURS) + 1) * HOURS, at + 60_000);
    step(x, at, (next - at) / HOURS, inputs);
    x[TIME] = next;
  }
}

function step(x: Float64Array, at: number, hours: number, inputs: SiteInputs): void {
  const memory = Math.exp((-hours * 3600) / 120);
  x[VARIATION] = get(x, VARIATION) * memory + Math.sqrt(1 - memory * memory) * normalAt(x, RNG);
  const table = tableAt(at, inputs);
  const busy = table / HIGHEST;
  const extra = inputs.fault === 'base-load' ? inputs.size : 0;
  const load = Math.max(0, table * (1 + 0.01 * inputs.noise * get(x, VARIATION)) + extra - inputs.shed);
  x[LOAD] = load;

  // what the battery can take or give in this step, and never more than the load: nothing is fed into the grid
  const asked = Math.min(BATTERY.power, Math.max(-BATTERY.power, inputs.battery));
  const room = hours > 0 ? (BATTERY.capacity - get(x, SOC)) / BATTERY.oneWay / hours : BATTERY.power;
  const left = hours > 0 ? ((get(x, SOC) - BATTERY.least) * BATTERY.oneWay) / hours : BATTERY.power;
  const flowing = asked >= 0 ? Math.min(asked, room) : -Math.min(-asked, left, load);
  x[FLOWING] = flowing;
  x[SOC] = get(x, SOC) + (flowing >= 0 ? flowing * BATTERY.oneWay : flowing / BATTERY.oneWay) * hours;
  x[ENERGY] = get(x, ENERGY) + (load + flowing) * hours;

  x[WATER_FLOW] = 2 + 6 * busy + (inputs.fault === 'water-leak' ? inputs.size : 0);
  x[WATER] = get(x, WATER) + get(x, WATER_FLOW) * hours;
  x[OUTPUT] = 5 * busy;
  x[PRODUCTION] = get(x, PRODUCTION) + get(x, OUTPUT) * hours;

  const outdoors = outdoorsAt(at + (hours * HOURS) / 2, inputs.utcOffset);
  const below = Math.max(0, HEAT.base - outdoors);
  x[OUTDOORS] = outdoors;
  x[DEGREES] = get(x, DEGREES) + below * hours;
  x[GAS_FLOW] = (HEAT.process * busy + HEAT.perKelvin * below) / (HEAT.efficiency * HEAT.gas);
  x[GAS] = get(x, GAS) + get(x, GAS_FLOW) * hours;
}

/** Meters and analysers now; draws from the generator for their noise (none at noise 0). */
export function readSite(x: Float64Array, inputs: SiteInputs) {
  const around = () => 1 + 0.02 * inputs.noise * normalAt(x, RNG);
  const load = get(x, LOAD);
  const oxygen = (inputs.fault === 'false-air' ? STACK.falseAir : STACK.oxygen) * around();
  const reference = (inputs.fault === 'burner' ? STACK.faulty : STACK.nox) * around();
  const excess = STACK.air / (STACK.air - oxygen);
  return {
    measured: {
      power: load + get(x, FLOWING),
      powerFactor: Math.min(1, 0.84 + (0.1 * load) / HIGHEST),
      energy: get(x, ENERGY),
      storage: get(x, SOC),
      waterFlow: get(x, WATER_FLOW) * around(),
      water: get(x, WATER),
      gasFlow: get(x, GAS_FLOW) * around(),
      gas: get(x, GAS),
      outdoors: get(x, OUTDOORS),
      production: get(x, PRODUCTION),
      nox: (reference * (STACK.air - oxygen)) / (STACK.air - STACK.reference),
      oxygen,
      stackFlow: get(x, GAS_FLOW) * FLUE * excess,
    },
    truth: {
      fault: inputs.fault,
      load,
      battery: get(x, FLOWING),
      noxReference: reference,
      degreeHours: get(x, DEGREES),
    },
  };
}

export interface Account {
  /** t, K·d, kW.h of a month. */
  readonly production: number;
  readonly degreeDays: number;
  readonly energy: number;
}
/**
 * The published accounts of a plant whose truth is known: month m = 0, 1, … E = 12 000 + 2.4·P + 45·HDD + 600·ε, less a saving from month `since` on.
 * Draws production, then noise. The generator's state is `cells[at]`.
 */
export function monthOf(cells: Float64Array, at: number, m: number, saving: number, since: number): Account {
  const production = 8000 + 4000 * uniformAt(cells, at);
  const degreeDays = Math.max(0, 220 * Math.cos((2 * Math.PI * m) / 12));
  const energy = (12_000 + 2.4 * production + 45 * degreeDays + 600 * normalAt(cells, at)) * (m >= since ? 1 - saving : 1);
  return { production, degreeDays, energy };
}
