import { z } from 'zod';
import { ROTATING_FAULTS } from '#blocks/simulate/rotating/model.ts';

/** Every fault that can be switched on, by the machine that has it. The same shape is the control interface's body and state. */
const stationFaults = z.strictObject({
  /** Extra leak at 7 bar, m3/min. */
  leak: z.number().min(0).max(20).default(0),
  /** Intake valve of unit A stuck open: the header pressure climbs at low demand. */
  stuckValve: z.boolean().default(false),
  /** Header pressure transmitter frozen and reported as failed. */
  sensorFault: z.boolean().default(false),
  /** Suction filter of unit A clogged. */
  cloggedFilter: z.boolean().default(false),
});
const pumpFaults = z.strictObject({
  fault: z.enum(ROTATING_FAULTS).default('none'),
  severity: z.number().min(0).max(5).default(1),
  /** The Modbus unit no longer answers. */
  dead: z.boolean().default(false),
});
const meterFaults = z.strictObject({
  /** The meter behind the edge node is off: DDEATH, later DBIRTH. */
  offline: z.boolean().default(false),
});

export const faultState = z.strictObject({
  airA: stationFaults.prefault({}),
  airB: stationFaults.prefault({}),
  pump1: pumpFaults.prefault({}),
  pump2: pumpFaults.prefault({}),
  pump3: pumpFaults.prefault({}),
  meters: meterFaults.prefault({}),
});
export type FaultState = z.infer<typeof faultState>;

/** A change: any part of the state, `{ "pump1": { "fault": "inner" } }`. */
export type FaultChange = { readonly [M in keyof FaultState]?: Partial<FaultState[M]> };

export const noFaults = (): FaultState => faultState.parse({});

/** The state after a change; throws a ZodError that names what is wrong. */
export function changeFaults(state: FaultState, change: unknown): FaultState {
  const parts = z.record(z.string(), z.record(z.string(), z.unknown())).parse(change);
  const next: Record<string, unknown> = { ...state };
  for (const [machine, part] of Object.entries(parts)) next[machine] = { ...(state[machine as keyof FaultState] ?? {}), ...part };
  return faultState.parse(next);
}
