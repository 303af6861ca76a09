import { mulberry32, normal } from '#blocks/sdk/random.ts';

/** The workshop's own consumption beside the compressors, by hour of the site's day, kW. */
const LOAD_BY_HOUR = [
  62, 60, 58, 58, 60, 75, 120, 190, 240, 255, 260, 235, 180, 230, 255, 258, 250, 225, 190, 150, 120, 95, 78, 66,
] as const;
const UTC_OFFSET = 8;
const COUNTER_BEGAN = Date.UTC(2026, 0, 4, 16);
const DAY = LOAD_BY_HOUR.reduce((sum, kw) => sum + kw, 0);

export interface SiteReadings {
  /** kW, V, A, no unit, kWh, m3/h. */
  readonly power: number;
  readonly voltage: number;
  readonly current: number;
  readonly powerFactor: number;
  readonly energy: number;
  readonly water: number;
}

/** Incomer of the workshop: smooth between the hours, seeded noise, counters that only grow. */
export class SiteLoad {
  readonly #uniform = mulberry32(77);

  read(time: number): SiteReadings {
    const hours = time / 3_600_000 + UTC_OFFSET;
    const hour = Math.floor(hours);
    const share = hours - hour;
    const from = LOAD_BY_HOUR[hour % 24] ?? 0;
    const to = LOAD_BY_HOUR[(hour + 1) % 24] ?? 0;
    const power = (from + (to - from) * share) * (1 + 0.01 * normal(this.#uniform));
    const voltage = 400 + 1.5 * normal(this.#uniform);
    const powerFactor = 0.86 + 0.08 * (power / 260) + 0.003 * normal(this.#uniform);
    return {
      power,
      voltage,
      powerFactor,
      current: (power * 1000) / (Math.sqrt(3) * voltage * powerFactor),
      energy: this.#energy(time),
      water: Math.max(0, 2.4 * (power / 150) * (1 + 0.03 * normal(this.#uniform))),
    };
  }

  /** Integral of the profile without noise, so that the counter is the same in every process and never goes back. */
  #energy(time: number): number {
    const hours = (time - COUNTER_BEGAN) / 3_600_000; // the counter began at the site's midnight
    const days = Math.floor(hours / 24);
    const rest = hours - 24 * days;
    let kwh = days * DAY;
    for (let h = 0; h < rest; h++) {
      const part = Math.min(1, rest - h);
      const from = LOAD_BY_HOUR[h] ?? 0;
      const to = LOAD_BY_HOUR[(h + 1) % 24] ?? 0;
      kwh += part * (from + ((to - from) * part) / 2);
    }
    return kwh;
  }
}
