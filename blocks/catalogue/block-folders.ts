import { existsSync, readdirSync } from 'node:fs';

const blocks = new URL('../', import.meta.url);
const GROUPS_ELSEWHERE = new Set(['sdk', 'catalogue', 'connectors']);

const folders = (url: URL) =>
  readdirSync(url, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

/** `<group>/<name>` of every block that there is. */
export const blockFolders = (): string[] =>
  folders(blocks)
    .filter((group) => !GROUPS_ELSEWHERE.has(group))
    .flatMap((group) => folders(new URL(`${group}/`, blocks)).map((name) => `${group}/${name}`))
    .filter((name) => existsSync(new URL(`${name}/block.ts`, blocks)));
