import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tenNodes } from './node-red-flow.ts';

const folder = fileURLToPath(new URL('./node-red/', import.meta.url));
const red = join(folder, 'node_modules/node-red/red.js');

/** Records per CPU-second of Node-RED over the ten nodes: the best round of its process, so that its warming up is not held against it. */
export async function nodeRed(): Promise<number> {
  if (!existsSync(red)) {
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`Node-RED could not be installed in ${folder}`);
  }
  const user = mkdtempSync(join(tmpdir(), 'mw-red-'));
  try {
    writeFileSync(join(user, 'flows.json'), JSON.stringify(tenNodes));
    writeFileSync(join(user, 'settings.js'), `module.exports = ${JSON.stringify(settings)};`);
    const child = spawn(process.execPath, [red, '-u', user, '-s', join(user, 'settings.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    for await (const chunk of child.stdout) out += chunk;
    const rates = [...out.matchAll(/^RATE (\d+)$/gm)].map((m) => Number(m[1]));
    if (rates.length === 0) throw new Error(`Node-RED gave no rate:\n${out.slice(-2000)}`);
    return Math.max(...rates);
  } finally {
    rmSync(user, { recursive: true, force: true });
  }
}

const settings = {
  uiHost: '127.0.0.1',
  uiPort: 0,
  httpAdminRoot: false,
  httpNodeRoot: false,
  flowFile: 'flows.json',
  credentialSecret: false,
  logging: { console: { level: 'warn' } },
  contextStorage: { default: { module: 'memory' } },
  telemetry: { enabled: false, updateNotification: false },
  nodesDir: [join(folder, 'nodes')],
};
