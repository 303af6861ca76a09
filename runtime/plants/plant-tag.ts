import type { Bilingual } from '#runtime/graph/document.ts';

/** The servers of the demo plants: each is its own process, speaking a real protocol. */
export const PLANT_SOURCES = [
  'compressor-opcua',
  'pumps-modbus',
  'vibration-mqtt',
  'meters-sparkplug',
  'plant-b-modbus',
] as const;
export type PlantSource = (typeof PLANT_SOURCES)[number];

export interface PlantAsset {
  readonly code: string;
  readonly name: Bilingual;
  readonly assetClass: string;
}

/**
 * One tag of a demo plant: what its server serves, what the seed creates, and what the history is filled with. `unit`, `low` and `high`
 * are the tag's; the server sends raw = (value − offset) / gain.
 */
export interface PlantTag {
  readonly name: string;
  readonly title: Bilingual;
  readonly asset: string;
  readonly source: PlantSource;
  /** Signal of the asset class, `pressure.header`. */
  readonly signal?: string;
  readonly type: 'number' | 'boolean' | 'text' | 'wave';
  /** UCUM. */
  readonly unit?: string;
  readonly low?: number;
  readonly high?: number;
  readonly access: 'r' | 'rw';
  /** In the connector's own form. */
  readonly address: string;
  readonly gain?: number;
  readonly offset?: number;
  readonly samplePeriodMs: number;
  /** Which model gives it, and under which name. */
  readonly from: { readonly model: 'station' | 'pump1' | 'pump2' | 'pump3' | 'site'; readonly reading: string };
}

/**
 * A measured value as its server sends it: controllers and meters compute in REAL (float32), totals in double; the vibration sensor writes
 * three decimals.
 */
export function sentValue(tag: Pick<PlantTag, 'source' | 'from'>, value: number): number {
  if (tag.source === 'vibration-mqtt') return Math.round(value * 1000) / 1000;
  return tag.from.reading === 'energy' || tag.from.reading === 'setpoint' ? value : Math.fround(value);
}
