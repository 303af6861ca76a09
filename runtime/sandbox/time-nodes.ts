import type { Program, StepInput } from '#runtime/step/contract.ts';
import { createStepper, type StepperOptions } from './stepper.ts';

/** What one node, or the nodes of one cycle together, cost. */
export interface NodeCost {
  readonly nodes: readonly string[];
  /** CPU time of a row of the input, ns. */
  readonly nsPerRow: number;
  /** Of all nodes together, 0 to 1. */
  readonly share: number;
}

/** A third of the rounds counts, the last ones: cold code has other shares than warm code. */
const ROUNDS = 45;

/**
 * What each node of a program costs, found out beside the running one: the timed twin (`compileGraph` with `timed`) runs steps that were, from the
 * state before them, again and again in an isolate of its own. Nothing of what it gives is used. A coarse guide: alone in its loop a node costs about
 * twice of what it costs among others.
 *
 * @param state as `save` of any program of the same graph gave it; absent = from the beginning
 * @throws {SandboxError} as a step does
 */
export async function timeNodes(
  twin: Program,
  steps: { readonly state?: Uint8Array; readonly inputs: readonly StepInput[]; readonly rounds?: number },
  options: StepperOptions = {},
): Promise<NodeCost[]> {
  const { parts = [] } = twin.info;
  const rows = steps.inputs.reduce((n, input) => n + input.n, 0);
  if (rows === 0) return [];
  const stepper = await createStepper(twin, options);
  try {
    const start = steps.state ?? (await stepper.save());
    const rounds: number[][] = [];
    const all = steps.rounds ?? ROUNDS;
    for (let round = 0; round < all; round++) {
      await stepper.load(start);
      const costs = parts.map(() => 0);
      for (const input of steps.inputs) {
        const timed = await stepper.timedStep(input);
        for (const [i, ns] of timed.parts.entries()) costs[i] = (costs[i] ?? 0) + Math.max(0, ns - timed.nothing);
      }
      if (round >= (all * 2) / 3) rounds.push(costs);
    }
    const costs = parts.map((_, i) => median(rounds.map((round) => round[i] ?? 0)));
    const sum = costs.reduce((ns, one) => ns + one, 0);
    return parts.map((nodes, i) => ({ nodes, nsPerRow: (costs[i] ?? 0) / rows, share: sum > 0 ? (costs[i] ?? 0) / sum : 0 }));
  } finally {
    stepper.dispose();
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
