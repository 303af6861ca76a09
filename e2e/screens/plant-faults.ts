import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { FaultChange } from '#runtime/plants/faults.ts';

const data = process.env.MILLWRIGHT_E2E_DATA ?? '.millwright/e2e';

function address(): string {
  const { control } = JSON.parse(readFileSync(join(data, 'plants.json'), 'utf8')) as { control: number };
  return `http://127.0.0.1:${control}/faults`;
}

/** Breaks something in the simulated plant, as a hand in the factory would: the product is not told. */
export async function breakPlant(change: FaultChange): Promise<void> {
  const answer = await fetch(address(), { method: 'POST', body: JSON.stringify(change) });
  expect(answer.ok, `the plant takes the fault ${JSON.stringify(change)}: ${answer.status}`).toBe(true);
}

export async function repairPlant(): Promise<void> {
  const answer = await fetch(address(), { method: 'DELETE' });
  expect(answer.ok, `the plant is repaired: ${answer.status}`).toBe(true);
}
