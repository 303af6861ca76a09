import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import compile from 'icu-minify/compile';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language, preferredLanguage } from './languages.ts';
import { loadMessages, type MessageTree } from './load.ts';

/** `a.b.c` → text */
function flatten(tree: MessageTree, path = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, part] of Object.entries(tree)) {
    const at = path ? `${path}.${key}` : key;
    if (typeof part === 'string') flat.set(at, part);
    else for (const [inner, text] of flatten(part, at)) flat.set(inner, text);
  }
  return flat;
}

/**
 * Arguments and tags of a compiled message. It is a text, or a list of texts, `0` (for `#`) and nodes; a node is `[name]`,
 * `[name, type, branches or style]`, or a tag `[name, ...children]`.
 */
function namesIn(compiled: unknown): string[] {
  const found = new Set<string>();
  const visit = (parts: unknown): void => {
    if (!Array.isArray(parts)) return;
    for (const node of parts) {
      if (!Array.isArray(node)) continue;
      const [name, type, branches] = node;
      found.add(String(name));
      if (typeof type !== 'number') visit(node.slice(1));
      else if (branches && typeof branches === 'object') Object.values(branches).forEach(visit);
    }
  };
  visit(compiled);
  return [...found].sort();
}

const texts = Object.fromEntries(LANGUAGES.map((language) => [language, flatten(loadMessages(language))])) as Record<
  Language,
  Map<string, string>
>;

describe('texts', () => {
  it('has one file per feature in each language', () => {
    const files = (language: Language) => readdirSync(join(import.meta.dirname, language)).sort();
    expect(files('zh')).toEqual(files('en'));
    for (const language of LANGUAGES)
      for (const name of files(language)) JSON.parse(readFileSync(join(import.meta.dirname, language, name), 'utf8'));
  });

  it('has exactly the same keys in both languages', () => {
    expect([...texts.zh.keys()].filter((key) => !texts.en.has(key))).toEqual([]);
    expect([...texts.en.keys()].filter((key) => !texts.zh.has(key))).toEqual([]);
  });

  it('has no dot inside a key: it would be read as two', () => {
    const dotted = (tree: MessageTree): string[] =>
      Object.entries(tree).flatMap(([key, part]) => [
        ...(key.includes('.') ? [key] : []),
        ...(typeof part === 'string' ? [] : dotted(part)),
      ]);
    for (const language of LANGUAGES) expect(dotted(loadMessages(language)), language).toEqual([]);
  });

  it('is valid ICU with the same arguments in both languages', () => {
    for (const [key, en] of texts.en) {
      const zh = texts.zh.get(key) ?? '';
      for (const [language, text] of [
        ['en', en],
        ['zh', zh],
      ]) {
        expect(text, `${key} (${language}) is empty`).not.toBe('');
        expect(() => compile(text ?? ''), `${key} (${language})`).not.toThrow();
      }
      expect(namesIn(compile(zh)), key).toEqual(namesIn(compile(en)));
    }
  });

  it('leaves no Chinese in English texts', () => {
    const allowed = new Set(['shell.languages.zh']);
    expect([...texts.en].filter(([key, text]) => /\p{Script=Han}/u.test(text) && !allowed.has(key))).toEqual([]);
  });

  it('takes the language that the browser prefers, English when it knows none', () => {
    expect(preferredLanguage('zh-CN,zh;q=0.9,en;q=0.8')).toBe('zh');
    expect(preferredLanguage('de-DE,de;q=0.9,zh;q=0.5,en;q=0.7')).toBe('en');
    expect(preferredLanguage('en;q=0.1,zh;q=0.2')).toBe('zh');
    expect(preferredLanguage('fr')).toBe('en');
    expect(preferredLanguage(null)).toBe('en');
  });
});
