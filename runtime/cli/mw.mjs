#!/usr/bin/env node
// Starts the command-line tool with the flags that isolates need, on the Node that came with the product.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation'];

/** The system's Node may be older than the product's own. */
function ownNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  try {
    return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node');
  } catch {
    console.error(`mw needs Node 24 or newer (this is ${process.version}); run "npm install" in the product's folder first.`);
    process.exit(1);
  }
}

// Ctrl-C reaches the tool itself, which ends in order; this process waits for it.
process.on('SIGINT', () => {});
const done = spawnSync(ownNode(), [...FLAGS, main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(done.status ?? 1);
