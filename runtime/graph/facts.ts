import type { ColumnSchema, WireSchema } from '#runtime/batch/schema.ts';
import type { Conversion } from '#runtime/units/units.ts';
import type { GraphNode, GraphWire, TagRole } from './document.ts';
import type { Expression } from './expression.ts';
import type { BlockManifest, PortManifest } from './manifest.ts';

/** What the check finds out about a graph; the compiler builds its plan from it. */

/** A column that the block's code names, where it is on the wire, and what makes it what the code needs. */
export interface BoundColumn {
  /** Name on the wire; absent when an optional column is not there. */
  readonly on?: string;
  /** As the code sees it, after conversion. */
  readonly schema: ColumnSchema;
  readonly conversion?: Conversion;
}

export interface InputFacts {
  readonly manifest: PortManifest;
  /** Indexes into `document.wires`, in their order: the order of merging. */
  readonly wires: readonly number[];
  /** What arrives: with several wires, what all of them have, in the units of the first. */
  readonly schema: WireSchema;
  readonly columns: Readonly<Record<string, BoundColumn>>;
}

/** A name in an expression. */
export interface ExpressionName {
  readonly name: string;
  readonly port: string;
  /** Column on the wire. */
  readonly column: string;
  /** Set when the name means a declared column: its converted value is used. */
  readonly logical?: string;
}

export interface ExpressionFacts {
  readonly path: string;
  /** App parameters are already constants in it. */
  readonly ast: Expression;
  readonly names: readonly ExpressionName[];
  readonly handled: readonly ExpressionName[];
}

export interface OutputFacts {
  readonly schema: WireSchema;
  /** Declared column -> name on the wire. */
  readonly names: Readonly<Record<string, string>>;
  /** Columns of the input that travel on. */
  readonly carried: readonly string[];
}

export interface NodeFacts {
  readonly index: number;
  readonly node: GraphNode;
  readonly manifest: BlockManifest;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, InputFacts>>;
  readonly outputs: Readonly<Record<string, OutputFacts>>;
  readonly expressions: readonly ExpressionFacts[];
  readonly code: readonly { readonly path: string; readonly text: string }[];
  /** Tag role of a tag source or a writing node. */
  readonly role?: TagRole;
  readonly form?: string;
}

export interface WireFacts {
  readonly wire: GraphWire;
  readonly schema: WireSchema;
  /** Closes a cycle: carries the value before, does not fire. */
  readonly back: boolean;
  /** Columns that are converted on the way into the node, for showing. */
  readonly conversions: readonly { readonly column: string; readonly from: string; readonly to: string }[];
  /** Columns whose unit is changed to the first wire's where several wires enter one port. */
  readonly merge: Readonly<Record<string, Conversion>>;
}
