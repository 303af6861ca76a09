/** Zone edges A/B, B/C, C/D of the velocity's RMS, mm/s. */
export type Edges = readonly [ab: number, bc: number, cd: number];

/**
 * ISO 20816-3 (as ISO 10816-3 before it): group 1 above 300 kW, group 2 from 15 to 300 kW, on a rigid or flexible support, 10–1000 Hz.
 * Classes I to IV: ISO 10816-1, annex B, withdrawn but still asked for in many plants.
 */
export const ZONES = {
  'group1-rigid': [2.3, 4.5, 7.1],
  'group1-flexible': [3.5, 7.1, 11],
  'group2-rigid': [1.4, 2.8, 4.5],
  'group2-flexible': [2.3, 4.5, 7.1],
  class1: [0.71, 1.8, 4.5],
  class2: [1.12, 2.8, 7.1],
  class3: [1.8, 4.5, 11.2],
  class4: [2.8, 7.1, 18],
} as const satisfies Record<string, Edges>;

/** 1 = A … 4 = D; a value on an edge still belongs to the better zone. */
export const zoneOf = (velocity: number, [ab, bc, cd]: Edges): number =>
  velocity > cd ? 4 : velocity > bc ? 3 : velocity > ab ? 2 : 1;
