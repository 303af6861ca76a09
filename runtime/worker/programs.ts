import { eq } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { program } from '#drizzle/schema/index.ts';
import type { Program, ProgramInfo } from '#runtime/step/contract.ts';
import type { Compile } from './prepare.ts';

/** Compiled graphs of this process, and every program that ever ran in table `program`: recovery needs the very text that made a state. */
export class Programs {
  private readonly db: Db;
  private readonly compile: Compile;
  private readonly compiled = new Map<string, Promise<Program>>();
  private readonly stored = new Set<string>();
  constructor(db: Db, compile: Compile) {
    this.db = db;
    this.compile = compile;
  }
  /** `key` names graph and parameters: the hash of the graph and the parameters as text. */
  get(key: string, request: Parameters<Compile>[0]): Promise<Program> {
    const id = `${request.instrumented} ${key}`;
    let found = this.compiled.get(id);
    if (!found) {
      found = this.compile(request).then(async (made) => {
        await this.store(made);
        return made;
      });
      this.compiled.set(id, found);
      found.catch(() => this.compiled.delete(id));
      for (const oldest of this.compiled.keys()) {
        if (this.compiled.size <= 500) break;
        this.compiled.delete(oldest);
      }
    }
    return found;
  }
  private async store(made: Program): Promise<void> {
    if (this.stored.has(made.info.hash)) return;
    await this.db
      .insert(program)
      .values({ hash: made.info.hash, info: made.info, text: made.text, map: made.map })
      .onConflictDoNothing();
    this.stored.add(made.info.hash);
  }
  async byHash(hash: string): Promise<Program | undefined> {
    const [row] = await this.db.select().from(program).where(eq(program.hash, hash));
    return row && { info: row.info as ProgramInfo, text: row.text, map: row.map as Program['map'] };
  }
}
