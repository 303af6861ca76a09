/**
 * First free name `stem`, `stem2`, `stem3` …; `stem` is made to fit the graph's identifiers (lower-case first letter, letters,
 * digits and `_`).
 */
export function freshName(stem: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  const clean = identifierOf(stem);
  if (!used.has(clean)) return clean;
  for (let at = 2; ; at++) {
    const name = `${clean}${at}`;
    if (!used.has(name)) return name;
  }
}

/** `millwright/series.window` -> `window`; `Header pressure` -> `headerPressure`; nothing usable -> `n`. */
export function identifierOf(text: string): string {
  const words = (text.includes('/') ? (text.split('.').at(-1) ?? text) : text).split(/[^A-Za-z0-9]+/).filter(Boolean);
  const name = words.map((word, at) => (at === 0 ? word[0]?.toLowerCase() : word[0]?.toUpperCase()) + word.slice(1)).join('');
  return /^[a-z]/.test(name) ? name : `n${name}`;
}
