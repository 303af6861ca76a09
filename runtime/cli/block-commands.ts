import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Command } from 'commander';
import { FAILED, Refused } from './outcome.ts';

/** Commands for those who write blocks, in a folder of the product. */
export function addBlockCommands(program: Command): void {
  const block = program.command('block').description('Write blocks: make one that passes its tests, test one.');
  block
    .command('new')
    .description('Make the folder of a block: definition, cases, tests, READMEs in both languages. It passes as it is.')
    .argument('<group/name>', 'such as series/median; its id is series.median')
    .action(async (name: string) => {
      const { newBlock } = await import('./new-block.ts');
      for (const file of await newBlock(name, process.cwd())) console.log(file);
      console.log(`Try it: npx mw block test ${name}. List it: npm run catalogue.`);
    });
  block
    .command('test')
    .description('Run the cases of a block, their falsifiers, and the checks that every block passes.')
    .argument('<group/name>', 'folder under blocks')
    .action((name: string) => {
      const root = process.cwd();
      if (!existsSync(path.join(root, 'blocks', name, 'block.ts')))
        throw new Refused([`blocks/${name}: there is no block.ts; mw block new ${name} makes one`]);
      const vitest = path.join(
        path.dirname(createRequire(path.join(root, 'package.json')).resolve('vitest/package.json')),
        'vitest.mjs',
      );
      const done = spawnSync(process.execPath, [vitest, 'run', '--root', root, '--project', 'unit', `blocks/${name}/`], {
        cwd: root,
        stdio: 'inherit',
      });
      if (done.status !== 0) process.exitCode = FAILED;
    });
}
