import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Station, type StationSnapshot } from './station.ts';

const snapshotSchema = z.object({ cells: z.array(z.number()), setpoint: z.number() });
const SEEDS = { a: 42, b: 43 } as const;
/** Plant A runs at 7 bar; plant B at 101.5 psi, the same 7 bar. */
const SETPOINT = 7;
const WARM_UP_MS = 2 * 3_600_000;

const snapshotFile = (folder: string, plant: 'a' | 'b') => join(folder, 'plants', `station-${plant}.json`);

/** A station as it starts at `time`. */
export const newStation = (plant: 'a' | 'b', time: number): Station =>
  new Station({ seed: SEEDS[plant], setpoint: SETPOINT, time });

/** The station of a plant as its last process or the history left it; else one that has been running for two hours. */
export function openStation(folder: string, plant: 'a' | 'b', now: number): Station {
  const file = snapshotFile(folder, plant);
  const time = now - WARM_UP_MS;
  if (!existsSync(file)) return newStation(plant, time);
  const snapshot = snapshotSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return new Station({ seed: SEEDS[plant], setpoint: SETPOINT, time, snapshot });
}

/** Whole or not at all: a killed process leaves the snapshot before. */
export function keepStation(folder: string, plant: 'a' | 'b', snapshot: StationSnapshot): void {
  const file = snapshotFile(folder, plant);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(snapshot));
  renameSync(`${file}.new`, file);
}
