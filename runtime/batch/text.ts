import type { TextValues } from './batch.ts';

/** Builds dictionary-coded text: `code` gives the same number for the same word. */
export class Dictionary {
  readonly words: string[] = [];
  #codes = new Map<string, number>();

  code(word: string): number {
    let code = this.#codes.get(word);
    if (code === undefined) {
      code = this.words.length;
      this.words.push(word);
      this.#codes.set(word, code);
    }
    return code;
  }
}

export function encodeText(values: readonly string[]): TextValues {
  const dictionary = new Dictionary();
  return { codes: Int32Array.from(values, (word) => dictionary.code(word)), words: dictionary.words };
}
export const textAt = (text: TextValues, i: number): string => text.words[text.codes[i] ?? -1] ?? '';
