import {
  advanceStation,
  initStation,
  NO_FAULTS,
  readStation,
  STATION_CELLS,
  type StationFaults,
  type StationInputs,
  type StationReadings,
  type StationTruth,
  truthOfStation,
} from '#blocks/simulate/compressor/model.ts';

/** What of a station outlives its process: the place in its physics and what people set. */
export interface StationSnapshot {
  readonly cells: readonly number[];
  readonly setpoint: number;
}

/** Set-points that the controller takes, bar(g). */
export const SETPOINT_RANGE = [5.5, 9] as const;
/** kWh a day of the baseline, so that meters of all starts show about the same counter. */
const BASELINE_DAY = 3280.4;
const COUNTER_BEGAN = Date.UTC(2026, 0, 4, 16);

/** A compressor station of a demo plant: the model of `simulate.compressor`, driven by whoever owns the clock. */
export class Station {
  setpoint: number;
  faults: StationFaults = NO_FAULTS;
  readonly #cells = new Float64Array(STATION_CELLS);
  readonly #energyBefore: number;

  constructor(options: { seed: number; setpoint: number; time: number; snapshot?: StationSnapshot }) {
    const { seed, time, snapshot } = options;
    this.setpoint = snapshot?.setpoint ?? options.setpoint;
    initStation(this.#cells, seed, time, this.#inputs());
    this.#energyBefore = Math.max(0, (BASELINE_DAY * (time - COUNTER_BEGAN)) / 86_400_000);
    if (snapshot?.cells.length === STATION_CELLS + 1) {
      this.#cells.set(snapshot.cells.slice(0, STATION_CELLS));
      this.#energyBefore = snapshot.cells[STATION_CELLS] ?? 0;
    }
  }

  #inputs(): StationInputs {
    return { ...this.faults, setpoint: this.setpoint, noise: 1, utcOffset: 8 };
  }

  advance(time: number): void {
    advanceStation(this.#cells, time, this.#inputs());
  }

  read(): StationReadings & { readonly setpoint: number } {
    const reading = readStation(this.#cells, this.#inputs());
    return { ...reading, energy: reading.energy + this.#energyBefore, setpoint: this.setpoint };
  }

  truth(): StationTruth {
    return truthOfStation(this.#cells);
  }

  snapshot(): StationSnapshot {
    return { cells: [...this.#cells, this.#energyBefore], setpoint: this.setpoint };
  }
}
