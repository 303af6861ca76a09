import { setTimeout as sleep } from 'node:timers/promises';
import { type Trouble, tell } from '#drizzle/troubles.ts';
import type { WorkerFixture } from '../../fixture.testing.ts';

const LOOK_MS = 500;

/** What the product's processes said of themselves while something was wrong: what `GET /api/health` shows as reasons. */
export class Told {
  readonly said = new Map<string, Set<string>>();

  async during(f: WorkerFixture, day: string, ms: number): Promise<void> {
    const said = this.said.get(day) ?? new Set<string>();
    this.said.set(day, said);
    for (const end = performance.now() + ms; performance.now() < end; await sleep(LOOK_MS))
      try {
        const rows = await f.sql<{ kind: string; problem: Trouble }[]>`
          select kind, p.problem from process cross join jsonb_array_elements(facts->'problems') p(problem)`;
        for (const { kind, problem } of rows) said.add(`${kind}: ${tell(problem).en}`);
      } catch (error) {
        // health says the same: the database does not answer
        said.add(`database: ${(error as { code?: string }).code ?? error}`);
      }
  }
}
