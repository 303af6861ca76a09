/** One step: a key, a place in a list (from the end when negative), or the first part of a list that has a value under a key. */
export type Step = string | number | { readonly key: string; readonly is: string };
/** Paths into a JSON payload: `a.b[3].c`, `values[-1]`, `["a.b"]`, `values[id=Motor.Speed].v`. */
export type Path = readonly Step[];
/** Where a value stands in a JSON payload, and its event time; an empty path is the payload itself. */
export interface Place {
  readonly value: Path;
  readonly time?: Path;
}

const STEP = /(?:^|(?<!^)\.)([^.[\]@#>]+)|\[(-?\d+)\]|\["([^"]*)"\]|\[([^\]="]+)=([^\]]*)\]/y;

/** Parts of `a.b[3].c`; undefined when it is none. */
export function parsePath(text: string): Path | undefined {
  const path: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (!match) return undefined;
    const [, key, index, quoted, where, is] = match;
    path.push(
      index !== undefined ? Number(index) : where !== undefined ? { key: where.trim(), is: is ?? '' } : (key ?? quoted ?? ''),
    );
  }
  return path;
}

export const pathText = (path: Path): string =>
  path
    .map((step, i) =>
      typeof step === 'number'
        ? `[${step}]`
        : typeof step === 'object'
          ? `[${step.key}=${step.is}]`
          : /[.[\]@#>]/.test(step)
            ? `["${step}"]`
            : `${i > 0 ? '.' : ''}${step}`,
    )
    .join('');

export function valueAt(data: unknown, path: Path): unknown {
  let at = data;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    if (typeof step === 'string') {
      if (Array.isArray(at) || !Object.hasOwn(at, step)) return undefined;
      at = (at as Record<string, unknown>)[step];
    } else if (!Array.isArray(at)) return undefined;
    else if (typeof step === 'number') at = at.at(step);
    else at = at.find((part: unknown) => isNamed(part, step.key, step.is));
  }
  return at;
}
const isNamed = (part: unknown, key: string, is: string) =>
  typeof part === 'object' && part !== null && Object.hasOwn(part, key) && String((part as Record<string, unknown>)[key]) === is;

export type PlainPath = readonly (string | number)[];
/** Can a value be put there? A path that searches cannot say what would be made. */
export const isPlain = (path: Path): path is PlainPath =>
  path.every((step) => typeof step === 'string' || (typeof step === 'number' && step >= 0));

/** The JSON object that has `value` at `path`. */
export function objectAt(path: PlainPath, value: unknown): unknown {
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
