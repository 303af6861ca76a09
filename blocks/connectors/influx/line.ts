/**
 * InfluxDB line protocol (docs.influxdata.com, “Line protocol”): `measurement,tag=value field=1.5,other=2i 1465839830100400200`.
 */
export type FieldValue = number | boolean | string;
export interface Line {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, FieldValue>;
  /** In the precision of the request; absent when the line has none. */
  readonly timestamp?: bigint;
}

/** What is wrong with a line, and where in it (from 1). */
export class LineError extends Error {
  readonly column: number;
  constructor(column: number, message: string) {
    super(message);
    this.column = column;
  }
}

/** A quoted text that goes on behind the end of the row. */
class OpenTextError extends LineError {}

/** A cursor over one line. */
class Reader {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }
  get done(): boolean {
    return this.at >= this.text.length;
  }
  get char(): string {
    return this.text[this.at] ?? '';
  }
  /** Takes the letter if it is the next one. */
  skip(letter: string): boolean {
    if (this.char !== letter) return false;
    this.at++;
    return true;
  }
  fail(message: string): never {
    throw new LineError(this.at + 1, message);
  }
  /** A name up to one of `ends`; a backslash keeps the next of `escaped` as it is, and is itself anywhere else. */
  name(ends: string, escaped: string, what: string): string {
    let out = '';
    while (!this.done && !ends.includes(this.char)) {
      const next = this.text[this.at + 1] ?? '';
      if (this.char === '\\' && next !== '' && escaped.includes(next)) {
        out += next;
        this.at += 2;
      } else out += this.text[this.at++];
    }
    if (out === '') this.fail(`a ${what} is missing`);
    return out;
  }
  quoted(): string {
    let out = '';
    this.at++;
    for (;;) {
      if (this.done) throw new OpenTextError(this.at + 1, 'the text has no closing quote');
      const next = this.text[this.at + 1] ?? '';
      if (this.char === '\\' && (next === '"' || next === '\\')) {
        out += next;
        this.at += 2;
      } else if (this.char === '"') {
        this.at++;
        return out;
      } else out += this.text[this.at++];
    }
  }
}

/** `measurement,tag=value,…`, as at the beginning of a line and in an address. */
export function parseKey(text: string): Pick<Line, 'measurement' | 'tags'> {
  const reader = new Reader(text);
  const key = readKey(reader);
  if (!reader.done) reader.fail('a space in a name needs a backslash before it');
  return key;
}

function readKey(reader: Reader): Pick<Line, 'measurement' | 'tags'> {
  const measurement = reader.name(', ', ', ', 'measurement');
  const tags = new Map<string, string>();
  while (reader.skip(',')) {
    const name = reader.name(',= ', ',= ', 'tag name');
    if (!reader.skip('=')) reader.fail('a tag needs = and its value');
    tags.set(name, reader.name(', ', ',= ', 'tag value'));
  }
  return { measurement, tags };
}

const WORDS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((word) => [word, true]),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((word) => [word, false]),
]);

function readValue(reader: Reader): FieldValue {
  if (reader.char === '"') return reader.quoted();
  const begun = reader.at;
  const text = reader.name(', ', '', 'field value');
  const word = WORDS[text];
  if (word !== undefined) return word;
  const number = /^([-+]?\d+)i$|^(\d+)u$|^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)$/.exec(text);
  const digits = number?.[1] ?? number?.[2] ?? number?.[3];
  if (digits === undefined) {
    reader.at = begun;
    reader.fail(`“${text.slice(0, 40)}” is no number, true, false or quoted text`);
  }
  return Number(digits);
}

/** Undefined for an empty line or a comment; throws `LineError`. */
export function parseLine(text: string): Line | undefined {
  const trimmed = text.replace(/^[ \t]+|[ \t\r]+$/g, '');
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const reader = new Reader(trimmed);
  const key = readKey(reader);
  if (!reader.skip(' ')) reader.fail('the fields are missing');
  while (reader.skip(' '));
  const fields = new Map<string, FieldValue>();
  for (;;) {
    const name = reader.name(',= ', ',= ', 'field name');
    if (!reader.skip('=')) reader.fail('a field needs = and its value');
    fields.set(name, readValue(reader));
    if (!reader.skip(',')) break;
  }
  while (reader.skip(' '));
  if (reader.done) return { ...key, fields };
  const stamp = reader.text.slice(reader.at);
  if (!/^-?\d{1,19}$/.test(stamp)) reader.fail(`“${stamp.slice(0, 40)}” is no timestamp`);
  return { ...key, fields, timestamp: BigInt(stamp) };
}

export interface Body {
  readonly lines: readonly Line[];
  /** `line` and `column` from 1. */
  readonly errors: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

/** All lines of a body; a bad one does not take the others along. A quoted text may hold line breaks. */
export function parseBody(text: string): Body {
  const rows = text.split('\n');
  const lines: Line[] = [];
  const errors: Body['errors'][number][] = [];
  for (let i = 0; i < rows.length; i++) {
    const first = i;
    let row = rows[i] ?? '';
    let failure: LineError | undefined;
    for (;;) {
      try {
        const line = parseLine(row);
        if (line) lines.push(line);
        break;
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        failure ??= error;
        const next = error instanceof OpenTextError ? rows[i + 1] : undefined;
        if (next === undefined) {
          // only the line where it began is bad, not what was tried to close its text
          errors.push({ line: first + 1, column: failure.column, message: failure.message });
          i = first;
          break;
        }
        row += `\n${next}`;
        i++;
      }
    }
  }
  return { lines, errors };
}

const PER_MS: Readonly<Record<string, readonly [multiply: number, divide: bigint]>> = {
  ns: [1e-3, 1000n],
  n: [1e-3, 1000n],
  us: [1e-3, 1n],
  u: [1e-3, 1n],
  µ: [1e-3, 1n],
  ms: [1, 1n],
  s: [1e3, 1n],
  m: [6e4, 1n],
  h: [3.6e6, 1n],
};
export const PRECISIONS = Object.keys(PER_MS);

/** Epoch milliseconds of a timestamp; nanoseconds are kept to the microsecond, which is what a double of today holds. */
export function epochMs(timestamp: bigint, precision: string): number {
  const [multiply, divide] = PER_MS[precision] ?? [Number.NaN, 1n];
  return Number(timestamp / divide) * multiply;
}
