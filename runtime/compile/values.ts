import type { Conversion } from '#runtime/units/units.ts';
import { numberText } from './layout.ts';
import { MISSING } from './state-cells.ts';

/** What stands for a row while text is written: its columns with their qualities, and how a handler sees them. */

/** A line of the program; `at` when it stands for a line of somebody's source. */
export type Line =
  | string
  | {
      readonly text: string;
      readonly node: string;
      readonly block: string;
      readonly line: number;
      /** Several nodes that share the text, by member. */
      readonly nodes?: readonly string[];
    };

/** Value and quality of a column, as text. Values are names of variables, so that they may stand anywhere. */
export interface Value {
  readonly v: string;
  readonly q: string;
}
/** What the code around a node knows: the row's columns and where the row is. */
export interface Place {
  readonly columns: ReadonlyMap<string, Value>;
  readonly time: string;
  readonly row: string;
  /** The entry's time. */
  readonly now: string;
}

export const worstText = (qualities: readonly string[]): string => {
  const list = [...new Set(qualities)].filter((q) => q !== '0');
  if (list.length === 0) return '0';
  return list.reduce((a, b) => `$worst(${a}, ${b})`);
};
export const convertText = (value: string, c: Conversion | undefined, type: string, frame: boolean): string => {
  if (!c) return value;
  const args = `${numberText(c.gain)}, ${numberText(c.offset)}`;
  if (type === 'wave') return `$wave(${value}, ${args})`;
  if (frame) return `$scaled(${value}, ${args})`;
  return c.offset === 0 ? `(${value} * ${numberText(c.gain)})` : `(${value} * ${numberText(c.gain)} + ${numberText(c.offset)})`;
};
const SUBSTITUTED = 68;
export const softened = (q: string): string => (q === '0' ? '0' : `(${q} >= 128 ? ${SUBSTITUTED} : ${q})`);

/** How a handler sees its input. */
export interface View {
  /** `row.member`, without the base members. */
  readonly columns: ReadonlyMap<string, Value>;
  /** Several inputs: by port. */
  readonly ports?: ReadonlyMap<
    string,
    { readonly columns: ReadonlyMap<string, Value>; readonly time: string; readonly frame: boolean }
  >;
  readonly frame: boolean;
  /** Text for a name of an expression. */
  readonly name: (port: string, column: string, logical: string | undefined) => Value;
  readonly quality: string;
  readonly head: readonly string[];
}

export const NO_VIEW: View = {
  columns: new Map(),
  frame: false,
  name: () => ({ v: 'NaN', q: String(MISSING) }),
  quality: '0',
  head: [],
};
