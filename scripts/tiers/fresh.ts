import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, root, script, tell, tool } from './command.ts';

/**
 * Generators stand in blocks/catalogue and app/_messages as `generate*.ts`; what they write has `.generated.` in its name,
 * or is a page of the reference.
 */
const GENERATORS = '{blocks/catalogue,app,server,runtime,marketplace}/**/generate*.ts';
const GENERATED = ['{blocks,app,server,runtime,marketplace}/**/*.generated.*', 'docs/{blocks,connectors}/*.md'];

interface Stale {
  file: string;
  command: string;
}

/** Runs every generator, compares with what is in the tree, and puts the tree back. */
export async function staleFiles(): Promise<{ fresh: number; stale: Stale[] }> {
  const stale: Stale[] = [];
  let fresh = 0;
  for (const generator of globSync(GENERATORS, { cwd: root, exclude: ['**/*.test.ts'] }).sort()) {
    const before = snapshot();
    const { code, text } = await ask(script(generator));
    if (code !== 0) tell(text);
    const after = snapshot();
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
    for (const file of changed) {
      const old = before.get(file);
      if (old === undefined) rmSync(join(root, file));
      else writeFileSync(join(root, file), old);
    }
    if (code !== 0) stale.push({ file: generator, command: `npx node ${generator}` });
    else if (changed.length === 0) fresh++;
    else stale.push(...changed.map((file) => ({ file, command: `npx node ${generator}` })));
  }
  if (await migrationsAreComplete()) fresh++;
  else stale.push({ file: 'drizzle/migrations', command: 'npx drizzle-kit generate --name <what>' });
  return { fresh, stale };
}

const snapshot = () => new Map(globSync(GENERATED, { cwd: root }).map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** The schema asks for nothing that no migration makes: generating into a copy adds no file. */
async function migrationsAreComplete(): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), 'mw-migrations-'));
  cpSync(join(root, 'drizzle', 'migrations'), copy, { recursive: true });
  const before = readdirSync(copy).length;
  const schema = join(root, 'drizzle', 'schema', 'index.ts');
  const { code, text } = await ask(
    tool('drizzle-kit/bin.cjs', 'generate', '--dialect=postgresql', `--schema=${schema}`, `--out=${copy}`),
  );
  if (code !== 0) tell(text);
  const complete = code === 0 && readdirSync(copy).length === before;
  rmSync(copy, { recursive: true, force: true });
  return complete;
}
