/** Text from evidence: each sentence cites the evidence that it is made of, and its numbers are those of the evidence, digit for digit. */

export interface Evidence {
  readonly id: ArrayLike<string>;
  readonly kind: ArrayLike<string>;
  readonly value?: ArrayLike<number>;
  readonly unit?: ArrayLike<string>;
  readonly text?: ArrayLike<string>;
}
export interface Template {
  readonly kind: string;
  readonly en: string;
  readonly zh: string;
}

/** Digits after the point as a person reads them, without changing the number: at most `digits` significant ones. */
export function written(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  const short = Number(value.toPrecision(digits));
  return Math.abs(short) >= 1e15 || (short !== 0 && Math.abs(short) < 1e-6) ? short.toExponential() : String(short);
}

const PLACE = /\{(id|value|unit|text)\}/g;

export interface Explanation {
  readonly en: string;
  readonly zh: string;
  /** Ids that the text cites, in its order. */
  readonly cited: string[];
  /** Kinds for which there is no template. */
  readonly unsaid: string[];
}

/**
 * One sentence a row, in the order of the rows, each closed with `[id]`. A row without a template for its kind is not said and named in `unsaid`.
 * @throws RangeError for evidence without an id, or two with the same one: what is cited must be found again
 */
export function explain(
  evidence: Evidence,
  templates: readonly Template[],
  digits: number,
  none: { en: string; zh: string },
): Explanation {
  const said = { en: [] as string[], zh: [] as string[] };
  const cited: string[] = [];
  const unsaid: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < evidence.id.length; i++) {
    const id = evidence.id[i] ?? '';
    if (id === '') throw new RangeError(`evidence ${i + 1} has no id: give each one that can be cited`);
    if (seen.has(id)) throw new RangeError(`evidence '${id}' is there twice: what is cited must be one`);
    seen.add(id);
    const kind = evidence.kind[i] ?? '';
    const template = templates.find((one) => one.kind === kind);
    if (!template) {
      if (!unsaid.includes(kind)) unsaid.push(kind);
      continue;
    }
    const value = evidence.value?.[i];
    const parts: Record<string, string> = {
      id,
      value: value === undefined ? '–' : written(value, digits),
      unit: evidence.unit?.[i] ?? '',
      text: evidence.text?.[i] ?? '',
    };
    const fill = (text: string) =>
      text
        .replace(PLACE, (_, name: string) => parts[name] ?? '')
        .replaceAll(/ +/g, ' ')
        .trim();
    said.en.push(`${fill(template.en)} [${id}]`);
    said.zh.push(`${fill(template.zh)}[${id}]`);
    cited.push(id);
  }
  return {
    en: said.en.length > 0 ? said.en.join(' ') : none.en,
    zh: said.zh.length > 0 ? said.zh.join('') : none.zh,
    cited,
    unsaid,
  };
}
