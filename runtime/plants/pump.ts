import {
  advanceRotating,
  initRotating,
  ROTATING_CELLS,
  type RotatingFault,
  type RotatingInputs,
  type RotatingReadings,
  readRotating,
  rotatingWave,
} from '#blocks/simulate/rotating/model.ts';

/** Rated speed of each pump's motor, revolutions per minute; pump 1 is the published example. */
export const PUMP_SPEEDS: Readonly<Record<1 | 2 | 3, number>> = { 1: 1797, 2: 1772, 3: 1750 };
export type PumpNumber = 1 | 2 | 3;
export const WAVE_SAMPLES = 48_000;
export const WAVE_RATE = 48_000;

/** A motor-pump set of the demo plant: the model of `simulate.rotating`, driven by whoever owns the clock. */
export class Pump {
  fault: RotatingFault = 'none';
  severity = 1;
  readonly #speed: number;
  readonly #cells = new Float64Array(ROTATING_CELLS);

  constructor(number: PumpNumber, time: number) {
    this.#speed = PUMP_SPEEDS[number];
    initRotating(this.#cells, 100 + number, time, this.#inputs());
  }

  #inputs(): RotatingInputs {
    return { fault: this.fault, severity: this.severity, speed: this.#speed, ratio: 0, noise: 1 };
  }

  advance(time: number): void {
    advanceRotating(this.#cells, time, this.#inputs());
  }

  read(): RotatingReadings {
    return readRotating(this.#cells, this.#inputs());
  }

  /** One second of acceleration at the bearing housing, m/s2. */
  wave(): Float32Array {
    return Float32Array.from(rotatingWave(this.#cells, this.#inputs(), WAVE_SAMPLES, WAVE_RATE));
  }
}
