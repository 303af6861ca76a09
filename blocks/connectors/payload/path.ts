/** Paths into a JSON payload: `a.b[3].c`. */
export type Path = readonly (string | number)[];
/** Where a value stands in a JSON payload, and its event time; an empty path is the payload itself. */
export interface Place {
  readonly value: Path;
  readonly time?: Path;
}

/** Parts of `a.b[3].c`; undefined when it is none. */
export function parsePath(text: string): Path | undefined {
  if (text === '') return [];
  const path: (string | number)[] = [];
  const step = /(?:^|\.)([^.[\]@#>]+)|\[(\d+)\]/y;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (!match) return undefined;
    path.push(match[2] === undefined ? (match[1] ?? '') : Number(match[2]));
  }
  return path;
}

export function valueAt(data: unknown, path: Path): unknown {
  let at = data;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at) ? typeof step !== 'number' : !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** The JSON object that has `value` at `path`. */
export function objectAt(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => {
    if (typeof step === 'string') return { [step]: inner };
    const list: unknown[] = new Array(step).fill(null);
    list.push(inner);
    return list;
  }, value);
}

/** `value.path@time.path`, both may be left out; undefined when it is none. */
export function parsePlace(text: string): Place | undefined {
  const [valueText = '', timeText, ...more] = text.split('@');
  const value = parsePath(valueText);
  const time = timeText === undefined ? undefined : parsePath(timeText);
  if (more.length > 0 || !value || (timeText !== undefined && !time?.length)) return undefined;
  return { value, ...(time ? { time } : {}) };
}
