import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from './languages.ts';

export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}

/**
 * All texts of a language: `en/plant.json` is the namespace `plant`. Read by folder, so that a feature adds its two files and nothing else.
 * The folder is that of the tree: the build moves the code, not the texts, and need not trace what is read here.
 */
export function loadMessages(language: Language): MessageTree {
  const folder = join(/* turbopackIgnore: true */ process.cwd(), 'app', '_messages', language);
  const messages: Record<string, MessageTree> = {};
  for (const name of readdirSync(/* turbopackIgnore: true */ folder).sort()) {
    if (!name.endsWith('.json')) continue;
    const text = readFileSync(/* turbopackIgnore: true */ join(/* turbopackIgnore: true */ folder, name), 'utf8');
    messages[name.slice(0, -'.json'.length)] = JSON.parse(text) as MessageTree;
  }
  return messages;
}
