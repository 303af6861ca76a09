import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { ask, run, tell, tool } from './command.ts';

/**
 * Programs of others that the tests work against. The product needs none of them. As root on Debian they are installed; otherwise
 * their tests are skipped and say so (in CI that is a failure). Add a line for a new one; a test asks for it by its environment name.
 */
interface Peer {
  name: string;
  /** The variable that carries the program's path to the tests; set it yourself to use a program of your own. */
  variable: string;
  find: () => Promise<string | undefined>;
  /** Tried first: an installation without the system's packages. */
  install?: () => Promise<void>;
  packages: readonly string[];
}

export type Peers = { env: Record<string, string>; missing: string[] };

const onPath = async (...names: string[]) => {
  for (const name of names) {
    const { code, text } = await ask(['sh', '-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`]);
    if (code === 0) return text.trim();
  }
  return undefined;
};

const peers: readonly Peer[] = [
  {
    name: 'Chromium',
    variable: 'MILLWRIGHT_CHROMIUM',
    find: async () =>
      existsSync(chromium.executablePath()) ? chromium.executablePath() : onPath('chromium', 'chromium-browser', 'google-chrome'),
    install: async () => {
      await run(tool('@playwright/test/cli.js', 'install', 'chromium'));
    },
    packages: ['chromium'],
  },
  {
    name: 'Chinese font',
    variable: 'MILLWRIGHT_CJK_FONT',
    find: async () => {
      const { code, text } = await ask(['fc-list', ':lang=zh', 'file']);
      return code === 0 ? text.split('\n')[0]?.replace(/:\s*$/, '') || undefined : undefined;
    },
    packages: ['fontconfig', 'fonts-noto-cjk'],
  },
  {
    // Run by the tests themselves on ports of their own; a service that the package starts is not touched.
    name: 'Redis',
    variable: 'MILLWRIGHT_REDIS',
    find: () => onPath('valkey-server', 'redis-server'),
    packages: ['redis-server'],
  },
  {
    name: 'Poppler',
    variable: 'MILLWRIGHT_POPPLER',
    find: () => onPath('pdftotext'),
    packages: ['poppler-utils'],
  },
  {
    name: 'openpyxl',
    variable: 'MILLWRIGHT_OPENPYXL',
    find: async () => {
      // the system's own: another Python that stands first on the path does not see its packages
      const python = '/usr/bin/python3';
      return (await ask([python, '-c', 'import openpyxl'])).code === 0 ? python : undefined;
    },
    packages: ['python3-openpyxl'],
  },
  {
    name: 'Mosquitto',
    variable: 'MILLWRIGHT_MOSQUITTO',
    find: () => onPath('mosquitto'),
    packages: ['mosquitto'],
  },
  {
    name: 'pymodbus',
    variable: 'MILLWRIGHT_PYMODBUS',
    find: async () => {
      const python = '/usr/bin/python3';
      const { code } = await ask([python, '-c', 'import pymodbus.server']);
      return code === 0 ? python : undefined;
    },
    packages: ['python3', 'python3-pymodbus', 'python3-serial', 'python3-serial-asyncio'],
  },
  {
    name: 'mbpoll',
    variable: 'MILLWRIGHT_MBPOLL',
    find: () => onPath('mbpoll'),
    packages: ['mbpoll'],
  },
  {
    name: 'MariaDB',
    variable: 'MILLWRIGHT_MARIADB',
    find: async () => ((await onPath('my_print_defaults')) ? onPath('mariadbd') : undefined),
    packages: ['mariadb-server-core', 'mariadb-client-core'],
  },
];

export async function preparePeers(): Promise<Peers> {
  const result: Peers = { env: {}, missing: [] };
  for (const peer of peers) {
    const path = process.env[peer.variable] ?? (await peer.find()) ?? (await install(peer));
    if (path) result.env[peer.variable] = path;
    else {
      result.missing.push(peer.name);
      tell(`${peer.name} could not be installed: what needs it is skipped. Set ${peer.variable} to use one of your own.`);
    }
  }
  return result;
}

let updated = false;
async function install(peer: Peer): Promise<string | undefined> {
  tell(`Installing ${peer.name} for the tests …`);
  await peer.install?.();
  const found = await peer.find();
  if (found) return found;
  if (process.getuid?.() !== 0 || !(await onPath('apt-get'))) return undefined;
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-y', '-o', 'Dpkg::Use-Pty=0'];
  if (!updated) await run([...apt, 'update']);
  updated = true;
  await run([...apt, 'install', '--no-install-recommends', ...peer.packages]);
  return peer.find();
}
