import { quality } from '#runtime/batch/quality.ts';
import { keepStation, newStation } from './kept-station.ts';
import { PLANT_A_TAGS } from './plant-a.ts';
import { PLANT_B_TAGS } from './plant-b.ts';
import { type PlantTag, sentValue } from './plant-tag.ts';
import { Pump } from './pump.ts';
import { SiteLoad } from './site-load.ts';
import type { Station } from './station.ts';
import { fromModel } from './units-of-plant-b.ts';

export interface BackfillSample {
  readonly tag: PlantTag;
  /** In the tag's unit. */
  readonly value: number;
  /** Byte of `runtime/batch/quality.ts`. */
  readonly quality: number;
}
export interface BackfillMoment {
  /** Event time, epoch ms. */
  readonly time: number;
  readonly samples: readonly BackfillSample[];
}

export const tagsOf = (plant: 'a' | 'b'): readonly PlantTag[] => (plant === 'a' ? PLANT_A_TAGS : PLANT_B_TAGS);

type Readings = Readonly<Record<string, number | boolean>>;

/** The machines of a plant as they stand at a time, before anyone switched a fault. */
class Machines {
  readonly station: Station;
  readonly #pumps: Readonly<Record<'pump1' | 'pump2' | 'pump3', Pump>>;
  readonly #site = new SiteLoad();

  constructor(plant: 'a' | 'b', time: number) {
    this.station = newStation(plant, time);
    this.#pumps = { pump1: new Pump(1, time), pump2: new Pump(2, time), pump3: new Pump(3, time) };
  }

  read(plant: 'a' | 'b', time: number): Readonly<Partial<Record<PlantTag['from']['model'], Readings>>> {
    this.station.advance(time);
    const station = { ...this.station.read() };
    if (plant === 'b') return { station };
    const pumps = Object.entries(this.#pumps).map(([name, pump]) => {
      pump.advance(time);
      return [name, { ...pump.read() }] as const;
    });
    return { station, site: { ...this.#site.read(time) }, ...Object.fromEntries(pumps) };
  }
}

/**
 * History of a demo plant from the physics of its servers: one moment every `periodMs` from `from` until before `to`, all numeric tags at
 * once. With `keepIn` the station's state at the end is kept in that data folder, so that the live plant goes on from there.
 */
export function* backfill(
  plant: 'a' | 'b',
  from: number,
  to: number,
  periodMs: number,
  options: { readonly keepIn?: string } = {},
): Generator<BackfillMoment> {
  if (!(periodMs > 0)) throw new RangeError(`a period of ${periodMs} ms: it must be positive`);
  const machines = new Machines(plant, from);
  const tags = tagsOf(plant).filter((tag) => tag.type === 'number');
  for (let time = from; time < to; time += periodMs) {
    const readings = machines.read(plant, time);
    yield {
      time,
      samples: tags.map((tag) => {
        const value = readings[tag.from.model]?.[tag.from.reading];
        if (typeof value !== 'number') throw new Error(`tag ${tag.name}: no model gives ${tag.from.model}.${tag.from.reading}`);
        return { tag, value: plant === 'b' ? counted(value, tag) : sentValue(tag, value), quality: quality('good') };
      }),
    };
  }
  if (options.keepIn !== undefined) keepStation(options.keepIn, plant, machines.station.snapshot());
}

/** As the PLC would have shown it: whole counts of its registers. */
function counted(value: number, tag: PlantTag): number {
  const gain = tag.gain ?? 1;
  return Math.round(fromModel(value, tag.unit) / gain) * gain;
}
