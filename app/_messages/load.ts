import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './languages.ts';

export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}

/**
 * All texts of a language: `en/plant.json` is the namespace `plant`. Read by folder, so that a feature adds its two files and nothing else.
 * `folder` is this folder in the tree: the build moves the code, not the texts.
 */
export function loadMessages(language: Language, folder = join(process.cwd(), 'app', '_messages')): MessageTree {
  const place = join(folder, language);
  const files = readdirSync(place)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return Object.fromEntries(
    files.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(place, name), 'utf8')) as MessageTree]),
  );
}
